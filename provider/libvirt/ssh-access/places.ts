/** Pure: where ssh and sshd look for what root has. libvirtd runs as root, and its connections by ssh are root's. */
const folder = "/root/.ssh";

export const sshPaths = {
  folder,
  /** One of the keys that ssh tries by itself. @see https://man.openbsd.org/ssh#i */
  key: `${folder}/id_ed25519`,
  knownHosts: `${folder}/known_hosts`,
  authorizedKeys: `${folder}/authorized_keys`,
} as const;

/** The files that others write to as well. */
export type SharedFile = "knownHosts" | "authorizedKeys";
export const sharedFiles: readonly SharedFile[] = ["knownHosts", "authorizedKeys"];
