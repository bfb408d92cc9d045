/**
 * Whom QEMU becomes on a host once it has opened what only root may. By number, as NFS does: the owner of its images,
 * unless the program names a user.
 */
import type { Host } from "../host/host";
import { firstOf, parseRecords, recordFunctions, valuesOf } from "../host/records";
import { runScript } from "../host/script";
import { needsOf } from "./command-line/needs";
import type { RunAs } from "./unit";

/** /dev/kvm and QEMU's private keys are for group kvm, whose number is another one on each host. */
const script = `${recordFunctions}
  record kvm "$(getent group kvm | cut -d: -f3)"
  [ -z "$1" ] || record user "$(id -u -- "$1" 2> /dev/null)" "$(id -g -- "$1" 2> /dev/null)"
  shift
  for image; do [ ! -e "$image" ] || record owner $(stat -Lc '%u %g' -- "$image"); done`;

export interface RunAsFacts {
  kvmGid: number | undefined;
  /** Of the user that the program names; undefined when there is none of that name. */
  namedUser: RunAs | undefined;
  /** Of the images that are written to. */
  imageOwners: RunAs[];
}

export async function observeRunAsFacts(
  host: Host,
  user: string | undefined,
  commandLine: readonly string[],
  signal: AbortSignal,
): Promise<RunAsFacts> {
  const images = needsOf(commandLine).images.filter(({ readonly }) => !readonly);
  const words = [user ?? "", ...images.map(({ path }) => path)];
  const records = parseRecords((await runScript(host, script, words, { signal })).stdout);
  const kvm = firstOf(records, "kvm");
  const identities = (key: string) =>
    valuesOf(records, key).flatMap(([uid = "", gid = ""]) =>
      uid === "" ? [] : [{ uid: Number(uid), gid: Number(gid) }],
    );
  return {
    kvmGid: kvm === "" ? undefined : Number(kvm),
    namedUser: identities("user")[0],
    imageOwners: identities("owner"),
  };
}

/** Pure. @returns undefined for root: there is no other owner that could open all images */
export function runAsOf(user: string | undefined, { kvmGid, namedUser, imageOwners }: RunAsFacts): RunAs | undefined {
  const [owner] = imageOwners;
  const isOne = imageOwners.every(({ uid }) => uid === owner?.uid);
  const who = user === undefined ? (isOne ? owner : undefined) : namedUser;
  return who === undefined || who.uid === 0 ? undefined : { uid: who.uid, gid: kvmGid ?? who.gid };
}
