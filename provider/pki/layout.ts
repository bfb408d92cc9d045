/**
 * Pure: where libvirt and QEMU look for certificates, and who may read them there. Debian's AppArmor profile lets QEMU
 * read no other place, so none can be chosen.
 *
 * @see https://libvirt.org/kbase/tlscerts.html
 * @see https://www.qemu.org/docs/master/system/tls.html
 */

/**
 * Who shows a certificate. Each has an authority and keys of its own, since QEMU reads its keys without privileges: who
 * gets at them must not be able to speak to libvirtd, whose clients are root.
 */
export type Service = "libvirt" | "qemu";
export const services: readonly Service[] = ["libvirt", "qemu"];

export type Role = "server" | "client";

/** A certificate of a host, with its key. */
export interface Identity {
  service: Service;
  role: Role;
}

export const identities: readonly Identity[] = services.flatMap((service) => [
  { service, role: "server" as const },
  { service, role: "client" as const },
]);

/** A file that a host of the authority must have. */
export interface PkiFile {
  path: string;
  service: Service;
  holds: "authority" | "list" | "certificate" | "key";
  /** Undefined for an authority's certificate, which serves both. */
  role?: Role;
  /** As `stat -c %a` prints it. */
  mode: string;
  group: string;
}

const authorityNames: Record<Service, string> = { libvirt: "ca", qemu: "qemu-ca" };
export const authorityCertificate = (service: Service) => `/etc/pki/CA/${authorityNames[service]}cert.pem`;
export const authorityKey = (service: Service) => `/etc/pki/CA/private/${authorityNames[service]}key.pem`;

/** The authorities whose certificates a host takes; on the authority's host libvirt's is the file that it signs with. */
export const trustPath = (service: Service) =>
  service === "libvirt" ? authorityCertificate("libvirt") : "/etc/pki/qemu/ca-cert.pem";

export const certificatePath = ({ service, role }: Identity) =>
  service === "libvirt" ? `/etc/pki/libvirt/${role}cert.pem` : `/etc/pki/qemu/${role}-cert.pem`;
export const keyPath = ({ service, role }: Identity) =>
  service === "libvirt" ? `/etc/pki/libvirt/private/${role}key.pem` : `/etc/pki/qemu/${role}-key.pem`;

const open = { mode: "644", group: "root" };
const closed = { mode: "600", group: "root" };

/** Files of the authorities alone: their keys, which never leave them, and the certificates that they sign with. */
export const authorityFiles: readonly PkiFile[] = services.flatMap((service): PkiFile[] => [
  { path: authorityCertificate(service), service, holds: "authority", ...open },
  { path: authorityKey(service), service, holds: "key", ...closed },
]);

/** @param qemuGroup primary group of the user that QEMU runs as: it reads its keys itself, libvirtd its own as root */
export function hypervisorFiles(qemuGroup: string): PkiFile[] {
  const access = { libvirt: closed, qemu: { mode: "640", group: qemuGroup } };
  return [
    ...services.map((service): PkiFile => ({ path: trustPath(service), service, holds: "authority", ...open })),
    ...identities.flatMap((identity): PkiFile[] => [
      { path: certificatePath(identity), ...identity, holds: "certificate", ...open },
      { path: keyPath(identity), ...identity, holds: "key", ...access[identity.service] },
    ]),
  ];
}

/** Revocation lists; libvirt and QEMU go without where there is none. */
export const listFiles: readonly PkiFile[] = services.map(
  (service): PkiFile => ({
    path: service === "libvirt" ? "/etc/pki/CA/cacrl.pem" : "/etc/pki/qemu/ca-crl.pem",
    service,
    holds: "list",
    ...open,
  }),
);

/** Every path that certificates are at, on any host. */
export const allPaths: readonly string[] = [
  ...new Set([...authorityFiles, ...hypervisorFiles(""), ...listFiles].map(({ path }) => path)),
];

/** Folder on each host with the keys that certificates are requested for elsewhere, and whose they are. */
export const requestsFolder = "/var/lib/pulumi-kvm-live/libvirt-tls-requests";
export const requestsNotePath = `${requestsFolder}/note.json`;
export const requestKeyPath = ({ service, role }: Identity) => `${requestsFolder}/${service}-${role}-key.pem`;

/** The folders, outer ones first. Debian has none of them. */
export const folders = {
  authority: ["/etc/pki", "/etc/pki/CA", "/etc/pki/CA/private"],
  hypervisor: ["/etc/pki", "/etc/pki/CA", "/etc/pki/libvirt", "/etc/pki/libvirt/private", "/etc/pki/qemu"],
} as const;

export const allFolders: readonly string[] = [...new Set([...folders.hypervisor, ...folders.authority])];

/** Folder on each host with its baseline, and with keys that have no certificate yet. */
export const ownFolder = "/var/lib/pulumi-kvm-live/libvirt-tls-pki";
export const baselinePath = `${ownFolder}/before.json`;
/** Exists while the daemon has not loaded its new certificates. */
export const reloadPendingPath = `${ownFolder}/untold`;
/** Exists on the authority's host while QEMU's authority has to be made anew, since it has certified a host that has left. */
export const renewalPendingPath = `${ownFolder}/renew-qemu-authority`;
/** Backup of a file that was replaced. */
export const backupPath = (path: string) => `${path}.before-pulumi-kvm-live`;
