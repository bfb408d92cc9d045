/**
 * Pure: files that clients of an NFS server have open, by its kernel's own lists. NFSv4 only: version 3 has no opens.
 *
 * @see https://docs.kernel.org/filesystems/nfs/nfs41-server.html
 */
import { clientHolds } from "./export-client";
import type { ExportClient } from "./exports";

/** A file that a client holds open. */
export interface OpenFile {
  /** IP address of the client. */
  address: string;
  path: string;
}

/** An open file whose path is not known yet. */
interface OpenInode {
  address: string;
  /** `MAJOR:MINOR:INODE`, all decimal. */
  inode: string;
}

/**
 * @param info /proc/fs/nfsd/clients/N/info
 * @param states the file beside it: one line per open, lock and delegation
 */
export function openInodes(info: string, states: string): OpenInode[] {
  const field = (name: string) => new RegExp(`^${name}: "?(.*?)"?$`, "m").exec(info)?.[1];
  // A client that died is remembered for a day, in case it comes back: nobody waits for it.
  if (/^(courtesy|expirable)$/.test(field("status") ?? "")) return [];
  const address = (field("address") ?? "").replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  const opens = states.matchAll(/\{ type: open,.*?superblock: "([0-9a-f]+):([0-9a-f]+):(\d+)"/g);
  return [...opens].map(([, major = "", minor = "", inode]) => ({
    address,
    inode: `${Number.parseInt(major, 16)}:${Number.parseInt(minor, 16)}:${inode}`,
  }));
}

/** @param found output of `find -printf '%D %i %p\\0'`: device and inode numbers, and paths */
export function pathsByInode(found: string): Map<string, string> {
  const rows = found.split("\0").filter((row) => row !== "");
  return new Map(
    rows.map((row) => {
      const [, device = "0", inode = "", path = ""] = /^(\d+) (\d+) (.*)$/s.exec(row) ?? [];
      return [`${major(Number(device))}:${minor(Number(device))}:${inode}`, path] as const;
    }),
  );
}

/** glibc's packing of a device number, below 2^32. */
const major = (device: number) => (device >>> 8) & 0xfff;
const minor = (device: number) => (device & 0xff) | ((device >>> 12) & 0xfff00);

/** Clients that lose the export, or their right to write. */
export function restrictedClients(before: readonly ExportClient[], after: readonly ExportClient[]): ExportClient[] {
  const keeps = ({ client, options }: ExportClient) =>
    after.some((kept) => kept.client === client && (kept.options.includes("rw") || !options.includes("rw")));
  return before.filter((entry) => !keeps(entry));
}

/** Open files whose clients would lose access. An address that may belong to a restricted client counts as one. */
export function clientsLosingFiles(
  open: readonly OpenFile[],
  before: readonly ExportClient[],
  after: readonly ExportClient[],
): OpenFile[] {
  const gone = restrictedClients(before, after);
  return open.filter(({ address }) => {
    const may = (entries: readonly ExportClient[]) =>
      entries.filter(({ client }) => clientHolds(client, address) !== false);
    const wrote = may(before).some(({ options }) => options.includes("rw"));
    const kept = after.some(
      ({ client, options }) => clientHolds(client, address) === true && (!wrote || options.includes("rw")),
    );
    return may(gone).length > 0 && !kept;
  });
}
