/** Pure: exports that a program can have, and why it has not the others. */
import { readMark } from "../host/file-mark";
import { exportFile } from "../nfs/export-file";
import { withoutDefaults } from "../nfs/export-options";
import { type ExportClient, parseExports } from "../nfs/exports";
import { ownedReason } from "./owned";
import { type FoundExport, type LeftOut, nounOf, type SeenHost, type Sorted } from "./seen";

export function exportsOf(hosts: readonly SeenHost[], takeOver: boolean): Sorted {
  const all = hosts.flatMap((host) => exportsOn(host).map((found) => ({ host, found })));
  const owned = (host: SeenHost, { path }: FoundExport): LeftOut[] => {
    const mark = readMark(ownFile(host, path));
    return mark && !takeOver ? [{ what: nounOf({ ...emptyAt(host, path) }), reason: ownedReason(mark.owner) }] : [];
  };
  return {
    found: all.filter(({ host, found }) => owned(host, found).length === 0).map(({ found }) => found),
    leftOut: [...all.flatMap(({ host, found }) => owned(host, found)), ...hosts.flatMap(notExported)],
  };
}

const ownFile = ({ exportFiles }: SeenHost, path: string) =>
  exportFiles.find((file) => file.path === exportFile(path))?.text;

const emptyAt = ({ name }: SeenHost, path: string): FoundExport => ({
  kind: "NfsExport",
  host: name,
  path,
  clients: [],
});

/** What the kernel exports, in the words of the file where it is the provider's name that it has. */
function exportsOn(host: SeenHost): FoundExport[] {
  const paths = [...new Set(host.exported.map(({ path }) => path))];
  return paths.map((path) => {
    const written = parseExports(ownFile(host, path) ?? "").filter((entry) => entry.path === path);
    const clients = host.exported
      .filter((entry) => entry.path === path)
      .map(({ client, options }): ExportClient => {
        const asked = written.find((entry) => entry.client === client)?.options;
        return { client, options: asked ?? withoutDefaults(options) };
      });
    return { ...emptyAt(host, path), clients, owner: readMark(ownFile(host, path))?.owner };
  });
}

/** In a file, and not in force. */
function notExported({ name, exportFiles, exported }: SeenHost): LeftOut[] {
  return exportFiles.flatMap(({ path: file, text }) =>
    parseExports(text)
      .filter(({ path }) => !exported.some((entry) => entry.path === path))
      .map(({ path, client }) => ({
        what: `the export of ${path} to ${client} on ${name}`,
        reason: `${file} has it, and it is not in force.`,
      })),
  );
}
