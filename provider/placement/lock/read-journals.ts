/** Reads the journals of all guests on a host; what each line says, as far as it is one of ours. */
import type { RemoteHost } from "../../host/host";
import { runScript, scriptFile } from "../../host/script";
import { oneLine } from "../../util/printable";
import { journalFolder } from "./journal";

export interface JournalEntry {
  uuid: string;
  /** ISO 8601 in UTC, by the clock of the machine that wrote it. */
  at: string;
  /** User, machine and process, and the resource's URN where it was known. */
  who: string;
  guest: string;
  /** In the words of the plan, e.g. `migrate from hv-a to hv-b`. */
  step: string;
  /** `begun`, `done`, or `failed: WHY`. */
  outcome: string;
  /** Present when the step is a live migration. */
  move?: { from: string; to: string };
}

const readAll = scriptFile(__dirname, "read-journals.sh");
const readMoves = scriptFile(__dirname, "last-moves.sh");

interface JournalQuestion {
  /** Number of the last lines. */
  lines: number;
  /** Of one guest only: its UUID, or its name, which it may have had for a while. */
  guest?: { uuid: string } | { name: string } | undefined;
  signal: AbortSignal;
}

/** @throws HostError */
export async function readJournals(
  host: RemoteHost,
  { lines, guest, signal }: JournalQuestion,
): Promise<JournalEntry[]> {
  const [uuid, text] = guest === undefined ? ["", ""] : "uuid" in guest ? [guest.uuid, ""] : ["", `: ${guest.name}: `];
  const { stdout } = await runScript(host, readAll, [journalFolder, String(lines), uuid, text], { signal });
  return entriesIn(stdout);
}

/** The last move of each guest that has ended, by its UUID. @throws HostError */
export async function lastMovesOn(host: RemoteHost, signal: AbortSignal): Promise<Map<string, JournalEntry>> {
  const { stdout } = await runScript(host, readMoves, [journalFolder], { signal });
  return new Map(entriesIn(stdout).map((entry) => [entry.uuid, entry]));
}

/** Pure: of lines with a UUID before each. */
export const entriesIn = (text: string): JournalEntry[] => text.split("\n").flatMap((line) => entryIn(line) ?? []);

/** Pure. What a line holds is text of others, and is cut at the last words that only we write. */
function entryIn(line: string): JournalEntry | undefined {
  const [, uuid = "", at = "", rest] = /^([0-9a-f-]{36}) (\S+) (.*)$/s.exec(line) ?? [];
  if (rest === undefined) return undefined;
  const [, who = "", guest = "", step = "", outcome = oneLine(rest, 2000)] =
    /^(.*?\[\d+\](?: urn:.*?)?): (.*): ([a-z][^:]*): (begun|done|failed: .*)$/.exec(oneLine(rest, 2000)) ?? [];
  const [, from, to] = /^migrate from (.+) to (.+)$/.exec(step) ?? [];
  return { uuid, at, who, guest, step, outcome, ...(from !== undefined && to !== undefined && { move: { from, to } }) };
}
