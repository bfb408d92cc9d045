/**
 * Pure: which clients of an NFS server hold files open, as its kernel tells. NFSv4 only: version 3 has no opens.
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

/** The same before it is known where the file lies. */
interface OpenInode {
  address: string;
  /** `MAJOR:MINOR:INODE`, all decimal. */
  inode: string;
}

/**
 * @param info /proc/fs/nfsd/clients/N/info
 * @param states its neighbour: a line for each open, lock and delegation
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

/** @param found what `find -printf '%D %i %p\\0'` printed: device and inode numbers, and paths */
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

/** Entries that go, or that may not write any longer. */
export function narrowed(before: readonly ExportClient[], after: readonly ExportClient[]): ExportClient[] {
  const keeps = ({ client, options }: ExportClient) =>
    after.some((kept) => kept.client === client && (kept.options.includes("rw") || !options.includes("rw")));
  return before.filter((entry) => !keeps(entry));
}

/** Those that would lose what they hold. A client that only the server could tell counts as one of them. */
export function losersOf(
  open: readonly OpenFile[],
  before: readonly ExportClient[],
  after: readonly ExportClient[],
): OpenFile[] {
  const gone = narrowed(before, after);
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
