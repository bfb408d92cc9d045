/** Shares a folder of one host with others, by the commands that an administrator would type. */
import { subnet } from "../hosts";
import type { LabHost } from "../lab-host";

/**
 * `sync` is for the guests' serial logs: while a guest moves, both hosts have its log open, and what the source still
 * holds in its page cache would be overwritten by the destination's first lines. `actimeo=0` is for the same: a client
 * appends where it last knew the file's end to be. Disk images do not need this: QEMU opens them without the cache.
 */
const mountOptions = "vers=4.2,hard,noatime,sync,actimeo=0";

export async function shareFolder(server: LabHost, clients: readonly LabHost[], folder: string): Promise<void> {
  await server.script(
    `mkdir -p "$1" /etc/exports.d
     printf '%s %s(rw,sync,no_root_squash,no_subtree_check)\\n' "$1" "$2" > /etc/exports.d/lab.exports
     exportfs -ra`,
    folder,
    subnet,
  );
  const mount = `mkdir -p "$2"
    mountpoint -q "$2" || mount -t nfs -o "$3" "$1:$2" "$2"`;
  await Promise.all(clients.map((client) => client.script(mount, server.address, folder, mountOptions)));
}

/** Unmounts and withdraws the share; the folder's content stays. Nothing there is fine. */
export async function withdrawFolder(server: LabHost, clients: readonly LabHost[], folder: string): Promise<void> {
  const unmount = 'if mountpoint -q "$1"; then umount "$1"; fi; [ ! -d "$1" ] || rmdir "$1"';
  await Promise.all(clients.map((client) => client.script(unmount, folder)));
  await server.script("rm -f /etc/exports.d/lab.exports; exportfs -ra");
}
