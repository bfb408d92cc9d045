/**
 * QEMU locks the images that it writes to, and on NFSv4 the lock of one host is seen by all. It is a second opinion before
 * a guest is started while a host is fenced, that is, only said to be off; and it is what keeps libvirt from running a guest
 * on both hosts of a move.
 *
 * @see https://www.qemu.org/docs/master/system/qemu-block-drivers.html#disk-image-file-locking
 */
import type { RemoteHost } from "../../host/host";
import { runScript, sh } from "../../host/script";
import type { Operation } from "../../util/operation";
import { retryUntil } from "../../util/policy";
import type { Candidate } from "../observe/candidate";
import type { Finding } from "./finding";

/** An NFS server keeps the locks of a host that died for a lease, 90 s by default. */
const leaseMs = 150_000;

export interface ImageLocks {
  /** Images that another QEMU has locked. */
  locked: string[];
  /** Image files that are there, and of which it cannot be told. */
  unknown: string[];
}

/**
 * blkdebug opens the file as it is, and nothing that a guest has written there is read; it can be told to let nobody else
 * write, which fails where a QEMU does. A format that looks into the image would believe what is in it, and \`raw\` lets
 * others write. A block device has no lock that another host sees. An NFS export that squashes root lets only the image's
 * owner open it.
 *
 * @see https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html (BlockdevOptionsBlkdebug, unshare-child-perms)
 */
const script = sh`info() {
    { "$@" qemu-img info --image-opts "driver=blkdebug,unshare-child-perms.0=write,image.driver=file,image.filename=$filename" > /dev/null; } 2>&1
  }
  for image; do
    [ -f "$image" ] || continue
    filename=$(printf %s "$image" | sed 's/,/,,/g')
    said=$(info) && continue
    case $said in *" lock"*) echo "locked $image"; continue ;; esac
    said=$(info setpriv --reuid="$(stat -Lc %u -- "$image")" --regid="$(stat -Lc %g -- "$image")" --clear-groups) && continue
    case $said in *" lock"*) echo "locked $image" ;; *) echo "unknown $image" ;; esac
  done`;

/** As the host sees them now. @throws HostError */
export async function imageLocks(
  host: RemoteHost,
  images: readonly string[],
  signal: AbortSignal,
): Promise<ImageLocks> {
  if (images.length === 0) return { locked: [], unknown: [] };
  const { stdout } = await runScript(host, script, images, { signal });
  const told = (what: string) =>
    stdout.split("\n").flatMap((line) => (line.startsWith(`${what} `) ? [line.slice(what.length + 1)] : []));
  return { locked: told("locked"), unknown: told("unknown") };
}

/** Waits for the storage to release a dead host's locks; a preview only says so. */
export async function lockedImages(
  { host, name: hostName }: Candidate,
  images: readonly string[],
  fenced: readonly string[],
  { signal, progress, info, acts }: Operation,
): Promise<Finding[]> {
  let seen: ImageLocks = { locked: [], unknown: [] };
  const look = async () => {
    seen = await imageLocks(host, images, signal);
    const { locked } = seen;
    if (locked.length === 0 || !acts) return;
    progress(`${locked.join(", ")} is still locked: waiting for the storage to release a dead host's locks`);
    throw new StillLocked();
  };
  const after = (error: Error) => error instanceof StillLocked;
  await retryUntil(look, { everyMs: 3000, timeoutMs: leaseMs, signal, after }).catch((error: unknown) => {
    if (!(error instanceof StillLocked)) throw error;
  });
  if (acts) return fencedLockFindings(hostName, seen, fenced);
  for (const image of seen.locked)
    info(
      `${image} is locked now, seen from ${hostName}. \`pulumi up\` waits up to ${leaseMs / 1000} s for the storage to release the locks of a dead host, and starts nothing if it stays locked.`,
    );
  return fencedLockFindings(hostName, { ...seen, locked: [] }, fenced);
}

/** Pure: what keeps a guest from being started while these hosts are said to be off. */
export function fencedLockFindings(hostName: string, seen: ImageLocks, fenced: readonly string[]): Finding[] {
  const off = `${fenced.join(" or ")}, which fenced says is off`;
  const locked = seen.locked.map(
    (image): Finding => ({
      code: "image-locked",
      hostName,
      subject: image,
      seen: `${image} is locked, seen from ${hostName}: a QEMU somewhere writes to it, maybe on ${off}.`,
      fix: "Look for it there and on hosts that are not candidates.",
    }),
  );
  const unknown = seen.unknown.map(
    (image): Finding => ({
      code: "image-lock-unknown",
      hostName,
      subject: image,
      seen: `It cannot be told whether ${image} is locked, seen from ${hostName}: a QEMU may write to it on ${off}.`,
      fix: `See \`qemu-img info ${image}\` there.`,
    }),
  );
  return [...locked, ...unknown];
}

class StillLocked extends Error {}
