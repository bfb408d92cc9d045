/**
 * The user that QEMU becomes once it has opened what only root may: the owner of its images, by number as NFS knows it,
 * unless the program names a user.
 */
import type { RemoteHost } from "../host/host";
import { askRecords, firstOf, recordFunctions, valuesOf } from "../host/records";
import { sh } from "../host/script";
import { needsOf } from "../qemu-command-line/needs";
import type { RunAs } from "./unit";

/** /dev/kvm and QEMU's private keys belong to group kvm, whose number differs per host. */
const script = sh`${recordFunctions}
  record kvm "$(getent group kvm | cut -d: -f3)"
  [ -z "$1" ] || record user "$(id -u -- "$1" 2> /dev/null)" "$(id -g -- "$1" 2> /dev/null)"
  shift
  for image; do
    [ ! -e "$image" ] || record owner "$(stat -Lc %u -- "$image")" "$(stat -Lc %g -- "$image")"
  done`;

/** The users and groups of one host that QEMU could run as. */
export interface RunAsFacts {
  kvmGid: number | undefined;
  /** The user that the program names; undefined when the host has none of that name. */
  namedUser: RunAs | undefined;
  /** Owners of the images that the guest writes to. */
  imageOwners: RunAs[];
}

export async function observeRunAsFacts(
  host: RemoteHost,
  user: string | undefined,
  commandLine: readonly string[],
  signal: AbortSignal,
): Promise<RunAsFacts> {
  const images = needsOf(commandLine).images.filter(({ readonly }) => !readonly);
  const argv = [user ?? "", ...images.map(({ path }) => path)];
  const records = await askRecords(host, script, argv, { signal });
  const kvm = firstOf(records, "kvm");
  const usersOf = (key: string): RunAs[] =>
    valuesOf(records, key).flatMap(([uid = "", gid = ""]) =>
      uid === "" ? [] : [{ uid: Number(uid), gid: Number(gid) }],
    );
  return {
    kvmGid: kvm === "" ? undefined : Number(kvm),
    namedUser: usersOf("user")[0],
    imageOwners: usersOf("owner"),
  };
}

/** Pure: the user that QEMU runs as. @returns undefined for root, when no other user owns all images */
export function runAsOf(user: string | undefined, { kvmGid, namedUser, imageOwners }: RunAsFacts): RunAs | undefined {
  const [owner] = imageOwners;
  const isOne = imageOwners.every(({ uid }) => uid === owner?.uid);
  const who = user === undefined ? (isOne ? owner : undefined) : namedUser;
  return who === undefined || who.uid === 0 ? undefined : { uid: who.uid, gid: kvmGid ?? who.gid };
}
