/** Verbs of an NFS server: observe, publish, unpublish. Only our own entries of its table are ever changed. */
import { makeDirectories, removeEmptyDirectories } from "../host/directories";
import { CommandFailed } from "../host/errors";
import { type FileMark, readMark, withDirectories } from "../host/file-mark";
import { removeFile, writeTextFile } from "../host/files";
import type { RemoteHost } from "../host/host";
import { askRecords, firstOf, recordFunctions, valuesOf } from "../host/records";
import { runScript, scriptFile, sh } from "../host/script";
import { type Reverter, revertOnFailure } from "../util/reverter";
import { ExportNotEffective, ExportRefused } from "./errors";
import { exportArgument } from "./export-client";
import { exportFile, exportFileText, exportsFolder } from "./export-file";
import { statedOptions } from "./export-options";
import {
  directoryDrift,
  exportDrift,
  exportedNow,
  neededDirectories,
  ownFile,
  pathsToResolve,
  type ServerFacts,
  toExport,
  type WantedExport,
} from "./export-view";
import { type ExportClient, parseExports } from "./exports";
import { type OpenFile, openInodes, pathsByInode } from "./open-files";

/** Everything about a path in one round trip. A user or group that is a number need not exist by name. */
const observeScript = sh`${recordFunctions}${scriptFile(__dirname, "observe-server.sh")}`;

export async function observeServer(
  host: RemoteHost,
  wanted: WantedExport,
  signal?: AbortSignal,
): Promise<ServerFacts> {
  const { path, owner = "", group = "" } = wanted;
  const values = [owner, group, ...neededDirectories(path)];
  const records = await askRecords(host, observeScript, values, signal && { signal });
  const texts = valuesOf(records, "text").flat();
  const directories = valuesOf(records, "directory");
  const files = valuesOf(records, "file").map(([file = ""], index) => ({ path: file, text: texts[index] ?? "" }));
  const table = parseExports(firstOf(records, "table"));
  return {
    files,
    table,
    realPaths: await resolved(host, pathsToResolve({ files, table }, path), signal),
    directories: new Map(
      directories.map(([directory = "", kind = "", mode = "", user = "", uid = "", name = "", gid = ""]) => [
        directory,
        { kind, mode, owner: [user, uid], group: [name, gid] },
      ]),
    ),
    active: valuesOf(records, "active").length > 0,
    isLink: valuesOf(records, "link").length > 0,
    missingNames: valuesOf(records, "missing").flat(),
  };
}

async function resolved(host: RemoteHost, paths: string[], signal?: AbortSignal): Promise<Map<string, string>> {
  if (paths.length === 0) return new Map();
  const { stdout } = await host.run(["realpath", "-mz", "--", ...paths], signal && { signal });
  const real = stdout.split("\0");
  return new Map(paths.map((path, index) => [path, real[index] ?? path]));
}

/** A client may leave at any moment, and has nothing open then. */
const clientsScript = sh`${recordFunctions}
  read_or_nothing() { cat -- "$1" || true; }
  for client in /proc/fs/nfsd/clients/*/; do
    [ -d "$client" ] || continue
    record_output info read_or_nothing "$client/info"
    record_output states read_or_nothing "$client/states"
  done 2> /dev/null`;

/** Files under a path that NFSv4 clients have open. The kernel's own names for them are cut, so they are found by inode. */
export async function openFilesUnder(host: RemoteHost, path: string): Promise<OpenFile[]> {
  const records = await askRecords(host, clientsScript);
  const states = valuesOf(records, "states").flat();
  const open = valuesOf(records, "info").flatMap(([info = ""], index) => openInodes(info, states[index] ?? ""));
  if (open.length === 0) return [];
  const numbers = [...new Set(open.map(({ inode }) => inode.split(":")[2] ?? ""))];
  const tests = numbers.flatMap((number, index) => [...(index > 0 ? ["-o"] : []), "-inum", number]);
  const find = ["find", path, "(", ...tests, ")", "-printf", "%D %i %p\\0"];
  const paths = pathsByInode((await host.tryRun(find, { timeoutMs: 300_000 })).stdout);
  return open.flatMap(({ address, inode }) => {
    const found = paths.get(inode);
    return found === undefined ? [] : [{ address, path: found }];
  });
}

/** A change of an export. */
interface Publication {
  facts: ServerFacts;
  wanted: WantedExport;
  /** Our entries that are no longer wanted. */
  leaving: readonly ExportClient[];
  /** Directories that earlier runs created for it, and whose it is. */
  mark: FileMark;
}

/**
 * Writes the file, creates the directory, exports. A change that fails is undone.
 *
 * Each entry is exported by its name (`exportfs -i`), not all by `exportfs -ra`: that removes exports made by hand,
 * and, where a line of another file is not understood, everything after that line.
 */
export async function publish(host: RemoteHost, { facts, wanted, leaving, mark }: Publication): Promise<void> {
  const { path } = wanted;
  const missing = neededDirectories(path).filter((directory) => !facts.directories.has(directory));
  const text = exportFileText(path, wanted.clients, withDirectories(mark, missing));
  const change = async (reverter: Reverter) => {
    reverter.add(() => removeEmptyDirectories(host, missing));
    // The file comes before the rest of the directories: it is what remembers them, should the connection break.
    await makeDirectories(
      host,
      missing.filter((directory) => directory === exportsFolder),
    );
    if (ownFile(facts, path) !== text) {
      reverter.add(() => restoreFile(host, facts, path));
      await writeTextFile(host, exportFile(path), text, { mode: 0o644 });
    }
    await makeDirectories(host, missing);
    await fixDirectory(host, facts, wanted);
    reverter.add(() => restoreTable(host, facts, wanted));
    await unexport(host, path, leaving);
    await exportEach(host, path, toExport(facts, wanted));
    await verify(host, wanted);
  };
  await revertOnFailure((reverter) => change(reverter).catch((error) => throwRefusal(error, path)), isAnswer);
}

/** Errors after which the host's state is known. */
const isAnswer = (error: unknown) =>
  error instanceof CommandFailed || error instanceof ExportRefused || error instanceof ExportNotEffective;

function throwRefusal(error: unknown, path: string): never {
  throw error instanceof CommandFailed && /\bexportfs\b/.test(error.command) ? new ExportRefused(error, path) : error;
}

const ownDirectory = scriptFile(__dirname, "own-directory.sh");

async function fixDirectory(host: RemoteHost, facts: ServerFacts, wanted: WantedExport): Promise<void> {
  if (directoryDrift(facts, wanted).length === 0) return;
  const { path, mode = "", owner = "", group } = wanted;
  await runScript(host, ownDirectory, [path, group === undefined ? owner : `${owner}:${group}`, mode]);
}

async function exportEach(host: RemoteHost, path: string, clients: readonly ExportClient[]): Promise<void> {
  if (clients.length === 0) return;
  const pairs = clients.flatMap(({ client, options }) => [
    statedOptions(options).join(","),
    exportArgument(client, path),
  ]);
  await runScript(host, sh`while [ $# -gt 0 ]; do exportfs -i -o "$1" "$2"; shift 2; done`, pairs);
}

async function unexport(host: RemoteHost, path: string, clients: readonly ExportClient[]): Promise<void> {
  if (clients.length === 0) return;
  const names = clients.map(({ client }) => exportArgument(client, path));
  await runScript(host, sh`for export; do exportfs -u "$export"; done`, names);
}

async function verify(host: RemoteHost, wanted: WantedExport): Promise<void> {
  const differences = exportDrift(await observeServer(host, wanted), wanted, host.label);
  if (differences.length > 0) throw new ExportNotEffective(host.label, differences);
}

/** Restores entries that the table had, and removes others: exportfs keeps one that it has just refused. */
async function restoreTable(host: RemoteHost, before: ServerFacts, wanted: WantedExport): Promise<void> {
  const { path } = wanted;
  const now = await observeServer(host, wanted);
  const had = exportedNow(before, path);
  const extra = exportedNow(now, path).filter(({ client }) => !had.some((entry) => entry.client === client));
  await unexport(host, path, extra);
  await exportEach(host, path, toExport(now, { path, clients: had }));
}

async function restoreFile(host: RemoteHost, before: ServerFacts, path: string): Promise<void> {
  const text = ownFile(before, path);
  if (text === undefined) await removeFile(host, exportFile(path));
  else await writeTextFile(host, exportFile(path), text, { mode: 0o644 });
}

/** The removal of an export. */
interface Unpublication {
  facts: ServerFacts;
  path: string;
  /** Our entries in the table. */
  leaving: readonly ExportClient[];
  /** Directories that were created for it; those that are not empty stay. */
  created: readonly string[];
}

export async function unpublish(host: RemoteHost, { facts, path, leaving, created }: Unpublication): Promise<void> {
  await unexport(host, path, leaving);
  if (readMark(ownFile(facts, path))) await removeFile(host, exportFile(path));
  await removeEmptyDirectories(host, created);
}
