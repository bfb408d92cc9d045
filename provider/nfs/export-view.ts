/** Pure: an export as it is wanted and as it was observed, the drift between them, and reasons not to change it. */

import { withParents } from "../host/directories";
import { fileMarkIn, readMark } from "../host/file-mark";
import { sameClient } from "./export-client";
import { exportFile, exportFileText, exportsFolder } from "./export-file";
import { exportOptionDifferences } from "./export-options";
import { type ExportClient, type ExportEntry, parseExports } from "./exports";

/** One export as a program wants it. */
export interface WantedExport {
  path: string;
  clients: readonly ExportClient[];
  mode?: string | undefined;
  owner?: string | undefined;
  group?: string | undefined;
  adopt?: boolean | undefined;
}

/** Exports of a server, and what one of them depends on. */
export interface ServerFacts {
  /** /etc/exports and what is in /etc/exports.d. */
  files: { path: string; text: string }[];
  /** Where paths in the files lead to by links; empty unless the table has an export of the path that no file names. */
  realPaths: ReadonlyMap<string, string>;
  /** Output of `exportfs -s`. */
  table: ExportEntry[];
  /** Existing directories among those that the export needs; `kind` as stat(1) calls it. */
  directories: Map<string, { kind: string; mode: string; owner: string[]; group: string[] }>;
  /** True when the exported path itself is a symbolic link. */
  isLink: boolean;
  /** True while nfs-server.service runs. */
  active: boolean;
  /** The wanted owner and group if they do not exist, e.g. `user qemu`. */
  missingNames: string[];
}

/** Directories that an export needs, in the order in which they can be made. */
export const neededDirectories = (path: string): string[] => [exportsFolder, ...withParents(path)];

export const ownFile = (facts: ServerFacts, path: string): string | undefined =>
  facts.files.find((file) => file.path === exportFile(path))?.text;

/** The kernel's current exports of a path. */
export const exportedNow = ({ table }: ServerFacts, path: string): ExportClient[] =>
  table.filter((entry) => entry.path === path).map(({ client, options }) => ({ client, options }));

/** @returns paths in files that may lead to this one by links: somebody exports it, and no file names it */
export function pathsToResolve({ files, table }: Pick<ServerFacts, "files" | "table">, path: string): string[] {
  const named = files.flatMap(({ text }) => parseExports(text));
  const unnamed = table.filter((entry) => entry.path === path && !has(named.filter(samePath(path)), entry.client));
  return unnamed.length === 0 ? [] : [...new Set(named.map((entry) => entry.path))].filter((one) => one !== path);
}

const samePath = (path: string) => (entry: ExportEntry) => entry.path === path;

/** Entries of this path in files that are not ours. */
function foreignEntries(facts: ServerFacts, path: string): (ExportClient & { file: string })[] {
  const others = facts.files.filter((file) => file.path !== exportFile(path));
  return others.flatMap(({ path: file, text }) =>
    parseExports(text)
      .filter((entry) => (facts.realPaths.get(entry.path) ?? entry.path) === path)
      .map(({ client, options }) => ({ file, client, options })),
  );
}

const has = (clients: readonly ExportClient[], client: string) =>
  clients.some((entry) => sameClient(entry.client, client));

/** @returns reasons not to change the export, each with a remedy. @param owned whether the state or the file says it is ours */
export function exportProblems(facts: ServerFacts, wanted: WantedExport, owned: boolean, server: string): string[] {
  const { path, clients, adopt = false } = wanted;
  const foreign = foreignEntries(facts, path).filter(({ client }) => has(clients, client));
  const unmarked = ownFile(facts, path) !== undefined && !readMark(ownFile(facts, path));
  const now = exportedNow(facts, path);
  const byHand = now.filter(({ client }) => has(clients, client) && !has(foreign, client));
  const blocked = [...facts.directories].filter(
    ([directory, { kind }]) => isNeeded(directory, path) && kind !== "directory",
  );
  return [
    ...(facts.active
      ? []
      : [
          `${server}: nfs-server.service does not run, so nothing is exported. Run \`systemctl enable --now nfs-server\` there.`,
        ]),
    ...blocked.map(
      ([directory, { kind }]) => `${server}: ${directory} is a ${kind}, not a directory. Choose another path.`,
    ),
    ...(facts.isLink && directoryDrift(facts, wanted).length > 0
      ? [
          `${server}: ${path} is a link, and the owner and mode of what it leads to are not changed through it. Name that directory as path.`,
        ]
      : []),
    ...facts.missingNames.map((name) => `${server}: there is no ${name}. Create it there, or set another one.`),
    ...foreign.map(
      ({ client, file }) =>
        `${server}: ${file} ${has(now, client) ? "exports" : "has an entry that would export"} ${path} to ${client}. Remove that entry from the file; to keep it exported meanwhile, do not run exportfs, and set adopt: true here.`,
    ),
    ...(unmarked && !adopt
      ? [`${server}: ${exportFile(path)} is not ours. Remove it, or set adopt: true to have it rewritten.`]
      : []),
    ...(owned || adopt
      ? []
      : byHand.map(
          ({ client }) =>
            `${server}: ${path} is already exported to ${client}, by hand and in no file. Remove it with \`exportfs -u\`, or set adopt: true to take it over.`,
        )),
  ];
}

const isNeeded = (directory: string, path: string) => neededDirectories(path).includes(directory);

/** @returns how the server differs from what is wanted, one phrase per difference */
export function exportDrift(facts: ServerFacts, wanted: WantedExport, server: string): string[] {
  const { path, clients } = wanted;
  const text = ownFile(facts, path);
  const expected = exportFileText(path, clients, fileMarkIn(text));
  return [
    ...(text === undefined ? [`${server}: ${exportFile(path)} is missing`] : []),
    ...(text !== undefined && text !== expected ? [`${server}: ${exportFile(path)} was changed`] : []),
    ...exportedDrift(facts, wanted, server),
    ...foreignEntries(facts, path)
      .filter(({ client }) => has(clients, client))
      .map(({ file, client }) => `${server}: ${path} is exported to ${client} by ${file} too`),
    ...(facts.active ? [] : [`${server}: nfs-server.service does not run`]),
  ];
}

/** @returns how what is exported differs from what is wanted, whatever file says so */
function exportedDrift(facts: ServerFacts, wanted: WantedExport, server: string): string[] {
  const now = exportedNow(facts, wanted.path);
  const ofClients = wanted.clients.flatMap((client) => clientDrift(now, client));
  return [...ofClients, ...directoryDrift(facts, wanted)].map((what) => `${server}: ${wanted.path} ${what}`);
}

/** What of an export that is taken over changes: it itself, and entries that its file loses. */
export function adoptionDifferences(facts: ServerFacts, wanted: WantedExport, server: string): string[] {
  const { path, clients } = wanted;
  const file = ownFile(facts, path) ?? "";
  const leaving = without(ownEntries(facts, path, []), clients);
  const lost = parseExports(file).filter((entry) => entry.path !== path || !has(clients, entry.client));
  return [
    ...exportedDrift(facts, wanted, server),
    ...leaving.map(({ client }) => `${server}: ${path} is exported to ${client}, which ends`),
    ...lost.map((entry) => `${server}: ${exportFile(path)} has ${entry.path} for ${entry.client}, which it loses`),
  ];
}

/** Something of it is there, whoever has made it. */
export const isAnyThere = (facts: ServerFacts, { path, clients }: WantedExport): boolean =>
  ownFile(facts, path) !== undefined || exportedNow(facts, path).some(({ client }) => has(clients, client));

function clientDrift(now: readonly ExportClient[], { client, options }: ExportClient): string[] {
  const entry = now.find((candidate) => sameClient(candidate.client, client));
  if (entry === undefined) return [`is not exported to ${client}`];
  return exportOptionDifferences(entry.options, options).map((what) => `is exported to ${client} with ${what}`);
}

/** @returns how the directory itself differs from what is wanted */
export function directoryDrift({ directories }: ServerFacts, { path, mode, owner, group }: WantedExport): string[] {
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
export function ownEntries(facts: ServerFacts, path: string, remembered: readonly ExportClient[]): ExportClient[] {
  const text = ownFile(facts, path) ?? "";
  const ours = [...(readMark(text) ? parseExports(text) : []), ...remembered];
  const foreign = foreignEntries(facts, path);
  return exportedNow(facts, path).filter(({ client }) => has(ours, client) && !has(foreign, client));
}

/** Entries whose client is not in the list. */
export const without = (entries: readonly ExportClient[], clients: readonly ExportClient[]): ExportClient[] =>
  entries.filter(({ client }) => !has(clients, client));

/** Clients whose export is missing in the kernel or has other options. */
export function toExport(facts: ServerFacts, { path, clients }: WantedExport): ExportClient[] {
  const now = exportedNow(facts, path);
  return clients.filter((client) => clientDrift(now, client).length > 0);
}
