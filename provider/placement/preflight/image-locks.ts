/**
 * A second opinion before a guest is started while a host is fenced, that is, only said to be off: QEMU locks the images
 * that it writes to, and on NFSv4 the lock of one host is seen by all.
 *
 * @see https://www.qemu.org/docs/master/system/qemu-block-drivers.html#disk-image-file-locking
 */
import { runScript, sh } from "../../host/script";
import type { Operation } from "../../util/operation";
import { retryUntil } from "../../util/policy";
import type { Candidate } from "../observe/candidate";
import type { Finding } from "./finding";

/** An NFS server keeps the locks of a host that died for a lease, 90 s by default. */
const leaseMs = 150_000;

/**
 * Without --force-share qemu-img wants a lock itself, and says so when another QEMU has it. The lock is the file's, whatever
 * is in it: as a raw image nothing that a guest has written there is read.
 */
const script = sh`for image; do
    said=$(qemu-img info -f raw -- "$image" 2>&1 > /dev/null) || case $said in *" lock"*) echo "$image" ;; esac
  done`;

export async function lockedImages(
  { host, name }: Candidate,
  images: readonly string[],
  fenced: readonly string[],
  { signal, progress, info, acts }: Operation,
): Promise<Finding[]> {
  let locked: string[] = [];
  const look = async () => {
    const { stdout } = await runScript(host, script, images, { signal });
    locked = stdout.split("\n").filter((line) => line !== "");
    if (locked.length === 0 || !acts) return;
    progress(`${locked.join(", ")} is still locked: waiting for the storage to release a dead host's locks`);
    throw new StillLocked();
  };
  const after = (error: Error) => error instanceof StillLocked;
  await retryUntil(look, { everyMs: 3000, timeoutMs: leaseMs, signal, after }).catch((error: unknown) => {
    if (!(error instanceof StillLocked)) throw error;
  });
  if (!acts) {
    for (const image of locked)
      info(
        `${image} is locked now, seen from ${name}. \`pulumi up\` waits up to ${leaseMs / 1000} s for the storage to release the locks of a dead host, and starts nothing if it stays locked.`,
      );
    return [];
  }
  return locked.map((image) => ({
    code: "image-locked",
    hostName: name,
    subject: image,
    seen: `${image} is locked, seen from ${name}: a QEMU somewhere writes to it, maybe on ${fenced.join(" or ")}, which fenced says is off.`,
    fix: "Look for it there and on hosts that are not candidates.",
  }));
}

class StillLocked extends Error {}
