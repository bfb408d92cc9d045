/** Pure: the file that holds an export. */
import { createHash } from "node:crypto";
import { type FileMark, printMark } from "../host/file-mark";
import { type ExportClient, printExports } from "./exports";

/** Folder that exportfs reads besides /etc/exports: files that end in `.exports`. Debian does not create it. */
export const exportsFolder = "/etc/exports.d";

/** Leaves room for the ending and for the temporary name of a file that is being written: names have 255 bytes. */
const longestName = 180;

/** A unique name per path: `-` stands for `/`, so `-` and `=` themselves are written as `=2d` and `=3d`. */
export function exportName(path: string): string {
  const plain = path.slice(1).replaceAll("=", "=3d").replaceAll("-", "=2d").replaceAll("/", "-");
  if (plain.length <= longestName) return `kvm-live-${plain}`;
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 32);
  return `kvm-live-${plain.slice(0, longestName - hash.length)}=x${hash}`;
}

export const exportFile = (path: string) => `${exportsFolder}/${exportName(path)}.exports`;

export const exportFileText = (path: string, clients: readonly ExportClient[], mark: FileMark): string =>
  `${printMark(mark)}\n${printExports(path, clients)}`;
