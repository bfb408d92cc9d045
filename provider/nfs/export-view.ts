/** Pure: what a server has of an export, what differs, and what forbids to touch it. */

import { withParents } from "../host/directories";
import { exportFile, exportFileText, exportsFolder } from "./export-file";
import { exportOptionDifferences } from "./export-options";
import { type ExportClient, type ExportEntry, parseExports } from "./exports";
import { readMark } from "./mark";

/** One export as a program wants it. */
export interface WantedExport {
  path: string;
  clients: readonly ExportClient[];
  mode?: string | undefined;
  owner?: string | undefined;
  group?: string | undefined;
  adopt?: boolean | undefined;
}

/** What a server was found to have. */
export interface ServerView {
  /** /etc/exports and what is in /etc/exports.d. */
  files: { path: string; text: string }[];
  /** What `exportfs -s` shows. */
  table: ExportEntry[];
  /** Of the directories that were asked about, those that exist; `kind` in stat's words. */
  directories: Map<string, { kind: string; mode: string; owner: string[]; group: string[] }>;
  /** Whether nfs-server.service runs. */
  active: boolean;
  /** Users and groups that were asked about and do not exist, e.g. `user qemu`. */
  missingNames: string[];
}

/** Directories that an export needs, in the order in which they can be made. */
export const neededDirectories = (path: string): string[] => [exportsFolder, ...withParents(path)];

export const ownFile = (view: ServerView, path: string): string | undefined =>
  view.files.find((file) => file.path === exportFile(path))?.text;

/** What the kernel has for a path. */
export const exportedNow = ({ table }: ServerView, path: string): ExportClient[] =>
  table.filter((entry) => entry.path === path).map(({ client, options }) => ({ client, options }));

/** Entries of this path in files that are not ours. */
function foreignEntries(view: ServerView, path: string): (ExportClient & { file: string })[] {
  const others = view.files.filter((file) => file.path !== exportFile(path));
  return others.flatMap(({ path: file, text }) =>
    parseExports(text)
      .filter((entry) => entry.path === path)
      .map(({ client, options }) => ({ file, client, options })),
  );
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
const has = (clients: readonly ExportClient[], client: string) => clients.some((entry) => same(entry.client, client));

/** Why it must not be touched, each reason with what to do. @param owned whether the state or the file says it is ours */
export function exportProblems(view: ServerView, wanted: WantedExport, owned: boolean, server: string): string[] {
  const { path, clients, adopt = false } = wanted;
  const foreign = foreignEntries(view, path).filter(({ client }) => has(clients, client));
  const unmarked = ownFile(view, path) !== undefined && !readMark(ownFile(view, path));
  const byHand = exportedNow(view, path).filter(({ client }) => has(clients, client) && !has(foreign, client));
  const blocked = [...view.directories].filter(
    ([directory, { kind }]) => isNeeded(directory, path) && kind !== "directory",
  );
  return [
    ...(view.active
      ? []
      : [
          `${server}: nfs-server.service does not run, so nothing is exported. Run \`systemctl enable --now nfs-server\` there.`,
        ]),
    ...blocked.map(
      ([directory, { kind }]) => `${server}: ${directory} is a ${kind}, not a directory. Choose another path.`,
    ),
    ...view.missingNames.map((name) => `${server}: there is no ${name}. Create it there, or name another one.`),
    ...foreign.map(
      ({ client, file }) =>
        `${server}: ${path} is exported to ${client} by ${file} already. Take that entry out of the file; if it is to stay exported meanwhile, do not run exportfs, and set adopt: true here.`,
    ),
    ...(unmarked && !adopt
      ? [`${server}: ${exportFile(path)} is not ours. Remove it, or set adopt: true to have it rewritten.`]
      : []),
    ...(owned || adopt
      ? []
      : byHand.map(
          ({ client }) =>
            `${server}: ${path} is exported to ${client} already, by hand and in no file. Withdraw it by \`exportfs -u\`, or set adopt: true to take it over.`,
        )),
  ];
}

const isNeeded = (directory: string, path: string) => neededDirectories(path).includes(directory);

/** What differs, in words. */
export function exportDrift(view: ServerView, wanted: WantedExport, server: string): string[] {
  const { path, clients } = wanted;
  const now = exportedNow(view, path);
  const text = ownFile(view, path);
  const expected = exportFileText(path, clients, readMark(text)?.createdDirectories ?? []);
  return [
    ...(text === undefined ? [`${server}: ${exportFile(path)} is missing`] : []),
    ...(text !== undefined && text !== expected ? [`${server}: ${exportFile(path)} was changed`] : []),
    ...clients.flatMap((wantedClient) => clientDrift(now, wantedClient).map((what) => `${server}: ${path} ${what}`)),
    ...directoryDrift(view, wanted).map((what) => `${server}: ${path} ${what}`),
    ...foreignEntries(view, path)
      .filter(({ client }) => has(clients, client))
      .map(({ file, client }) => `${server}: ${path} is exported to ${client} by ${file} too`),
    ...(view.active ? [] : [`${server}: nfs-server.service does not run`]),
  ];
}

function clientDrift(now: readonly ExportClient[], { client, options }: ExportClient): string[] {
  const entry = now.find((candidate) => same(candidate.client, client));
  if (entry === undefined) return [`is not exported to ${client}`];
  return exportOptionDifferences(entry.options, options).map((what) => `is exported to ${client} with ${what}`);
}

/** What is wrong with the directory itself. */
export function directoryDrift({ directories }: ServerView, { path, mode, owner, group }: WantedExport): string[] {
  const found = directories.get(path);
  if (found === undefined) return ["does not exist"];
  return [
    ...(mode !== undefined && Number.parseInt(mode, 8) !== Number.parseInt(found.mode, 8)
      ? [`has the mode ${found.mode.padStart(4, "0")} instead of ${mode}`]
      : []),
    ...(owner !== undefined && !found.owner.includes(owner)
      ? [`belongs to ${found.owner[0]} instead of ${owner}`]
      : []),
    ...(group !== undefined && !found.group.includes(group)
      ? [`belongs to the group ${found.group[0]} instead of ${group}`]
      : []),
  ];
}

/**
 * The kernel's entries of a path that are ours: named in our file or remembered, and in no other file.
 *
 * @param remembered those of the state, for when the file was lost
 */
export function ownEntries(view: ServerView, path: string, remembered: readonly ExportClient[]): ExportClient[] {
  const text = ownFile(view, path) ?? "";
  const ours = [...(readMark(text) ? parseExports(text) : []), ...remembered];
  const foreign = foreignEntries(view, path);
  return exportedNow(view, path).filter(({ client }) => has(ours, client) && !has(foreign, client));
}

/** The entries whose client is not in the list. */
export const without = (entries: readonly ExportClient[], clients: readonly ExportClient[]): ExportClient[] =>
  entries.filter(({ client }) => !has(clients, client));

/** Clients that the kernel does not have as they are wanted. */
export function toExport(view: ServerView, { path, clients }: WantedExport): ExportClient[] {
  const now = exportedNow(view, path);
  return clients.filter((client) => clientDrift(now, client).length > 0);
}
