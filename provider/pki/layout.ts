/**
 * Pure: where libvirt and QEMU look for certificates, and who may read them there. Debian's AppArmor profile lets QEMU
 * read no other place, so none can be chosen.
 *
 * @see https://libvirt.org/kbase/tlscerts.html
 * @see https://www.qemu.org/docs/master/system/tls.html
 */

export type Role = "server" | "client";
export const roles: readonly Role[] = ["server", "client"];

/** A file that a host of the authority must have. */
export interface PkiFile {
  path: string;
  holds: "authority" | "certificate" | "key";
  /** Undefined for the authority's certificate, which serves both. */
  role?: Role;
  /** As `stat -c %a` prints it. */
  mode: string;
  group: string;
}

export const authorityCertificate = "/etc/pki/CA/cacert.pem";
export const authorityKey = "/etc/pki/CA/private/cakey.pem";

export const certificatePath = (role: Role) => `/etc/pki/libvirt/${role}cert.pem`;
export const keyPath = (role: Role) => `/etc/pki/libvirt/private/${role}key.pem`;

const open = { mode: "644", group: "root" };
const closed = { mode: "600", group: "root" };

/** Files of the authority alone: its key, which never leaves it, and the certificate that it signs with. */
export const authorityFiles: readonly PkiFile[] = [
  { path: authorityCertificate, holds: "authority", ...open },
  { path: authorityKey, holds: "key", ...closed },
];

/** @param qemuGroup primary group of the user that QEMU runs as: it reads its keys itself, libvirtd its own as root */
export function hypervisorFiles(qemuGroup: string): PkiFile[] {
  return [
    { path: authorityCertificate, holds: "authority", ...open },
    { path: "/etc/pki/qemu/ca-cert.pem", holds: "authority", ...open },
    ...roles.flatMap((role): PkiFile[] => [
      { path: certificatePath(role), holds: "certificate", role, ...open },
      { path: keyPath(role), holds: "key", role, ...closed },
      { path: `/etc/pki/qemu/${role}-cert.pem`, holds: "certificate", role, ...open },
      { path: `/etc/pki/qemu/${role}-key.pem`, holds: "key", role, mode: "640", group: qemuGroup },
    ]),
  ];
}

/** Every path that is observed, on any host. */
export const allPaths: readonly string[] = [
  ...new Set([...authorityFiles, ...hypervisorFiles("")].map(({ path }) => path)),
];

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
/** Backup of a file that was replaced. */
export const backupPath = (path: string) => `${path}.before-pulumi-kvm-live`;
