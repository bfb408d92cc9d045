/**
 * Whether an image's lock would keep libvirt from running a guest twice. The source's libvirt resumes its copy by itself
 * when it gets no answer, or is restarted, at the moment that the guest changes over; a QEMU that cannot lock an image
 * again does not go on.
 */
import type { Candidate } from "../../placement/observe/candidate";
import type { Finding } from "../../placement/preflight/finding";
import { imageLocks } from "../../placement/preflight/image-locks";
import { disksIn } from "../definition/disks";
import type { Element } from "../definition/xml";

/**
 * The guest runs on the source, so its locks are held: the destination sees them, or has none that it would respect.
 *
 * @throws HostError
 */
export async function lockFindings(
  name: string,
  domain: Element,
  from: Candidate,
  to: Candidate,
  signal: AbortSignal,
): Promise<Finding[]> {
  const disks = disksIn(domain).filter(({ isReadonly }) => !isReadonly);
  const images = disks.flatMap(({ file, isShareable }) => (file === undefined || isShareable ? [] : [file]));
  const { locked } = await imageLocks(to.host, images, signal);
  const targets = disks.map(({ target }) => target);
  return locked.length > 0 ? [] : [withoutLock(name, targets, from.name, to.name)];
}

const withoutLock = (name: string, disks: readonly string[], from: string, to: string): Finding => ({
  code: "image-without-lock",
  hostName: to,
  subject: disks.length === 0 ? "disks" : `disk ${disks.join(", ")}`,
  seen: `${disks.length === 0 ? `${name} has no disk` : `${to} sees no disk of ${name} locked against others (${disks.join(", ")})`}, so nothing would keep libvirt from running ${name} on both hosts, if libvirtd stops or hangs on ${from} or ${to}, or the network between them fails, at the moment of the switchover.`,
  fix: "Keep an image on storage whose locks all hosts see, such as NFSv4, without <shareable/>. Or let nobody restart libvirtd on either meanwhile; docs/recovery.md says how one of two guests is ended.",
});
