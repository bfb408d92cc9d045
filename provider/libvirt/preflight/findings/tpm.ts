/**
 * Pure: whether the state of an emulated TPM can go along.
 *
 * @see https://libvirt.org/formatdomain.html#tpm-device
 * @see https://github.com/stefanberger/swtpm/pull/732 (release-lock-outgoing)
 */
import type { Finding } from "../../../placement/preflight/finding";
import { attributeAt, type Element, elementsAt } from "../../definition/xml";
import type { LibvirtFacts } from "../libvirt-facts";

type Side = { name: string } & Pick<LibvirtFacts, "swtpmReleasesLock" | "swtpmStorage">;

/** True when libvirt keeps the state in its own folder, which is looked at. */
export const hasTpmStateInFolder = (domain: Element): boolean =>
  elementsAt(domain, "devices", "tpm", "backend").some(
    (backend) => backend.attributes.type === "emulator" && attributeAt(backend, "path", "source") === undefined,
  );

/** Types of file systems that libvirt takes for shared (virFileIsSharedFSType). */
const sharedTypes = /^(nfs4?|cifs|smb3|ceph|fuse\.(glusterfs|quobyte)|gfs2|ocfs2|afs|gpfs|acfs|beegfs)$/;

export function tpmFindings(guest: string, from: Side, to: Side): Finding[] {
  const isShared = ({ swtpmStorage }: Side) => sharedTypes.test(swtpmStorage);
  const about = { subject: "tpm", hostName: to.name };
  const [here, there] = [isShared(from), isShared(to)];
  if (!here && !there) return [];
  if (here !== there) {
    const [shared, own] = here ? [from, to] : [to, from];
    return [
      {
        ...about,
        code: "tpm-state-mixed",
        seen: `${shared.name} has the state of emulated TPMs (/var/lib/libvirt/swtpm) on ${shared.swtpmStorage}, and ${own.name} on a file system of its own (${own.swtpmStorage}): libvirt before 12.0 does not move ${guest} between the two (by its release notes; not tried).`,
        fix: "Mount the same storage there on both hosts, or on neither.",
      },
    ];
  }
  return [from, to]
    .filter(({ swtpmReleasesLock }) => swtpmReleasesLock !== true)
    .map(({ name }) => ({
      ...about,
      hostName: name,
      code: "tpm-lock-kept",
      seen: `${guest} has a TPM whose state is on storage that both hosts share, and swtpm on ${name} keeps its lock until it ends, so the destination's finds it locked: it has no --migration (\`swtpm socket --print-capabilities\`: cmdarg-migration).`,
      fix: `Update swtpm on ${name} to 0.8 or newer, or take /var/lib/libvirt/swtpm off the shared storage: a live move sends what is there along.`,
    }));
}
