/**
 * Pure: after a partition libvirt on the source resumes its guest once its keepalive has run out. What then keeps the guest
 * from running twice is the lock that the destination has on the image, and an NFSv4 server gives that up with the lease.
 */
import type { Finding } from "../../../placement/preflight/finding";
import type { LibvirtFacts } from "../libvirt-facts";

type Side = { name: string } & Pick<LibvirtFacts, "qemuConf" | "leaseSeconds">;

/** Seconds after which libvirt gives up the other side; undefined: never. */
function keepaliveSeconds({ qemuConf }: Pick<LibvirtFacts, "qemuConf">): number | undefined {
  const interval = Number(qemuConf.get("keepalive_interval") ?? 5);
  const count = Number(qemuConf.get("keepalive_count") ?? 5);
  return interval > 0 ? interval * (count + 1) : undefined;
}

/** The server may count from some seconds before the last message that libvirt has seen. */
const marginSeconds = 15;

/** @param sources of the guest's images: `nas:/srv/vm` */
export function leaseFindings(from: Side, to: Side, sources: readonly string[]): Finding[] {
  const keepalive = keepaliveSeconds(from);
  if (keepalive === undefined) return [];
  return [...new Set(sources)].flatMap((source): Finding[] => {
    const lease = to.leaseSeconds.get(source) ?? from.leaseSeconds.get(source);
    if (lease === undefined || lease >= keepalive + marginSeconds) return [];
    return [
      {
        code: "lease-short",
        hostName: from.name,
        subject: `NFS ${source}`,
        seen: `The NFS server of ${source} keeps the locks of a host that it does not hear for ${lease} s, and libvirt on ${from.name} resumes the guest ${keepalive} s after it has lost the destination: after a partition it could run on both.`,
        fix: `Set the server's lease to ${Math.max(90, 2 * keepalive)} s (/proc/fs/nfsd/nfsv4leasetime, lease-time in /etc/nfs.conf), or lower keepalive_interval in qemu.conf.`,
      },
    ];
  });
}
