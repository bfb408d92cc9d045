/**
 * Whom QEMU becomes on a host once it has opened what only root may. By number, as NFS does: the owner of its images,
 * unless the program names a user.
 */
import type { Host } from "../host/host";
import { firstOf, parseRecords, recordFunctions, valuesOf } from "../host/records";
import { runScript } from "../host/script";
import { needsOf } from "./command-line/needs";
import type { Identity } from "./unit";

/** /dev/kvm and QEMU's private keys are for group kvm, whose number is another one on each host. */
const script = `${recordFunctions}
  record kvm "$(getent group kvm | cut -d: -f3)"
  [ -z "$1" ] || record user "$(id -u -- "$1" 2> /dev/null)" "$(id -g -- "$1" 2> /dev/null)"
  shift
  for image; do [ ! -e "$image" ] || record owner $(stat -Lc '%u %g' -- "$image"); done`;

export interface Owners {
  kvmGid: number | undefined;
  /** Of the user that the program names; undefined when there is none of that name. */
  named: Identity | undefined;
  /** Of the images that are written to. */
  owners: Identity[];
}

export async function ownersAt(
  host: Host,
  user: string | undefined,
  commandLine: readonly string[],
  signal: AbortSignal,
): Promise<Owners> {
  const images = needsOf(commandLine).images.filter(({ readonly }) => !readonly);
  const words = [user ?? "", ...images.map(({ path }) => path)];
  const records = parseRecords((await runScript(host, script, words, { signal })).stdout);
  const kvm = firstOf(records, "kvm");
  const identities = (key: string) =>
    valuesOf(records, key).flatMap(([uid = "", gid = ""]) =>
      uid === "" ? [] : [{ uid: Number(uid), gid: Number(gid) }],
    );
  return { kvmGid: kvm === "" ? undefined : Number(kvm), named: identities("user")[0], owners: identities("owner") };
}

/** Pure. @returns undefined for root: there is no other owner that could open all images */
export function identityOf(user: string | undefined, { kvmGid, named, owners }: Owners): Identity | undefined {
  const [owner] = owners;
  const isOne = owners.every(({ uid }) => uid === owner?.uid);
  const who = user === undefined ? (isOne ? owner : undefined) : named;
  return who === undefined || who.uid === 0 ? undefined : { uid: who.uid, gid: kvmGid ?? who.gid };
}
