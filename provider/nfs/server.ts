/** Verbs of an NFS server: look, publish, withdraw. Only our own entries of the table are ever changed. */
import { makeDirectories, removeEmptyDirectories } from "../host/directories";
import { CommandFailed } from "../host/errors";
import { removeFile, writeTextFile } from "../host/files";
import type { Host } from "../host/host";
import { firstOf, parseRecords, recordFunctions, valuesOf } from "../host/records";
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
  type ServerView,
  toExport,
  type WantedExport,
} from "./export-view";
import { type ExportClient, parseExports } from "./exports";
import { readMark } from "./mark";
import { type OpenFile, openInodes, pathsByInode } from "./open-files";

/** Everything about a path in one round trip. A user or group that is a number need not exist by name. */
const observeScript = sh`${recordFunctions}${scriptFile(__dirname, "observe-server.sh")}`;

export async function lookAtServer(host: Host, wanted: WantedExport, signal?: AbortSignal): Promise<ServerView> {
  const { path, owner = "", group = "" } = wanted;
  const values = [owner, group, ...neededDirectories(path)];
  const records = parseRecords((await runScript(host, observeScript, values, signal ? { signal } : {})).stdout);
  const texts = valuesOf(records, "text").flat();
  const directories = valuesOf(records, "directory");
  return {
    files: valuesOf(records, "file").map(([file = ""], index) => ({ path: file, text: texts[index] ?? "" })),
    table: parseExports(firstOf(records, "table")),
    directories: new Map(
      directories.map(([directory = "", kind = "", mode = "", user = "", uid = "", name = "", gid = ""]) => [
        directory,
        { kind, mode, owner: [user, uid], group: [name, gid] },
      ]),
    ),
    active: valuesOf(records, "active").length > 0,
    missingNames: valuesOf(records, "missing").flat(),
  };
}

/** A client may go at any moment: what is not there any more has nothing open. */
const clientsScript = sh`${recordFunctions}
  read_or_nothing() { cat -- "$1" || true; }
  for client in /proc/fs/nfsd/clients/*/; do
    [ -d "$client" ] || continue
    record_output info read_or_nothing "$client/info"
    record_output states read_or_nothing "$client/states"
  done 2> /dev/null`;

/** Files under a path that clients hold open, by NFSv4. The kernel tells them by inode: the names that it has are cut. */
export async function openFilesUnder(host: Host, path: string): Promise<OpenFile[]> {
  const records = parseRecords((await runScript(host, clientsScript)).stdout);
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

/** A change of what a server exports. */
interface Publication {
  view: ServerView;
  wanted: WantedExport;
  /** Our entries that are not wanted any longer. */
  leaving: readonly ExportClient[];
  /** Directories that were made for it before. */
  created: readonly string[];
}

/**
 * Writes the file, makes the directory, exports. What fails is undone.
 *
 * Each entry is exported by its name (`exportfs -i`), not all by `exportfs -ra`: that withdraws what was exported by hand,
 * and, where a line of another file is not understood, everything after that line.
 */
export async function publish(host: Host, { view, wanted, leaving, created }: Publication): Promise<void> {
  const { path } = wanted;
  const missing = neededDirectories(path).filter((directory) => !view.directories.has(directory));
  const text = exportFileText(path, wanted.clients, [...new Set([...created, ...missing])]);
  const change = async (reverter: Reverter) => {
    reverter.add(() => removeEmptyDirectories(host, missing));
    // The file comes before the rest of the directories: it is what remembers them, should the connection break.
    await makeDirectories(
      host,
      missing.filter((directory) => directory === exportsFolder),
    );
    if (ownFile(view, path) !== text) {
      reverter.add(() => restoreFile(host, view, path));
      await writeTextFile(host, exportFile(path), text, { mode: 0o644 });
    }
    await makeDirectories(host, missing);
    await fixDirectory(host, view, wanted);
    reverter.add(() => restoreTable(host, view, wanted));
    await withdraw(host, path, leaving);
    await exportTo(host, path, toExport(view, wanted));
    await verify(host, wanted);
  };
  await revertOnFailure((reverter) => change(reverter).catch((error) => throwRefusal(error, path)), isAnswer);
}

/** Whether the host has answered: else nothing is known about what it has done. */
const isAnswer = (error: unknown) =>
  error instanceof CommandFailed || error instanceof ExportRefused || error instanceof ExportNotEffective;

function throwRefusal(error: unknown, path: string): never {
  throw error instanceof CommandFailed && /\bexportfs\b/.test(error.command) ? new ExportRefused(error, path) : error;
}

async function fixDirectory(host: Host, view: ServerView, wanted: WantedExport): Promise<void> {
  if (directoryDrift(view, wanted).length === 0) return;
  const { path, mode = "", owner = "", group } = wanted;
  const script = sh`[ -z "$2" ] || chown -- "$2" "$1"; [ -z "$3" ] || chmod -- "$3" "$1"`;
  await runScript(host, script, [path, group === undefined ? owner : `${owner}:${group}`, mode]);
}

async function exportTo(host: Host, path: string, clients: readonly ExportClient[]): Promise<void> {
  if (clients.length === 0) return;
  const pairs = clients.flatMap(({ client, options }) => [
    statedOptions(options).join(","),
    exportArgument(client, path),
  ]);
  await runScript(host, sh`while [ $# -gt 0 ]; do exportfs -i -o "$1" "$2"; shift 2; done`, pairs);
}

async function withdraw(host: Host, path: string, clients: readonly ExportClient[]): Promise<void> {
  if (clients.length === 0) return;
  const names = clients.map(({ client }) => exportArgument(client, path));
  await runScript(host, sh`for export; do exportfs -u "$export"; done`, names);
}

async function verify(host: Host, wanted: WantedExport): Promise<void> {
  const differences = exportDrift(await lookAtServer(host, wanted), wanted, host.label);
  if (differences.length > 0) throw new ExportNotEffective(host.label, differences);
}

/** Also the entries that the table had: exportfs keeps one that it has just complained about. */
async function restoreTable(host: Host, before: ServerView, wanted: WantedExport): Promise<void> {
  const { path } = wanted;
  const now = await lookAtServer(host, wanted);
  const had = exportedNow(before, path);
  const extra = exportedNow(now, path).filter(({ client }) => !had.some((entry) => entry.client === client));
  await withdraw(host, path, extra);
  await exportTo(host, path, toExport(now, { path, clients: had }));
}

async function restoreFile(host: Host, before: ServerView, path: string): Promise<void> {
  const text = ownFile(before, path);
  if (text === undefined) await removeFile(host, exportFile(path));
  else await writeTextFile(host, exportFile(path), text, { mode: 0o644 });
}

/** A removal from what a server exports. */
interface Withdrawal {
  view: ServerView;
  path: string;
  /** Our entries. */
  leaving: readonly ExportClient[];
  /** Directories that were made for it; those that hold something stay. */
  created: readonly string[];
}

export async function unpublish(host: Host, { view, path, leaving, created }: Withdrawal): Promise<void> {
  await withdraw(host, path, leaving);
  if (readMark(ownFile(view, path))) await removeFile(host, exportFile(path));
  await removeEmptyDirectories(host, created);
}
