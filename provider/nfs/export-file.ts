/** Pure: the one file that an export owns. */
import { createHash } from "node:crypto";
import { type ExportClient, printExports } from "./exports";
import { markLine } from "./mark";

/** Read by exportfs beside /etc/exports; files in it count when they end in `.exports`. Debian does not make it. */
export const exportsFolder = "/etc/exports.d";

/** Room for the ending, and for the temporary name that a file is written under first, within the 255 of a name. */
const longestName = 180;

/** A name of its own for each path: `-` stands for `/`, so `-` and `=` themselves are written as `=2d` and `=3d`. */
export function exportName(path: string): string {
  const plain = path.slice(1).replaceAll("=", "=3d").replaceAll("-", "=2d").replaceAll("/", "-");
  if (plain.length <= longestName) return `kvm-live-${plain}`;
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 32);
  return `kvm-live-${plain.slice(0, longestName - hash.length)}=x${hash}`;
}

export const exportFile = (path: string) => `${exportsFolder}/${exportName(path)}.exports`;

export function exportFileText(
  path: string,
  clients: readonly ExportClient[],
  createdDirectories: readonly string[],
): string {
  return `${markLine(createdDirectories)}\n${printExports(path, clients)}`;
}
