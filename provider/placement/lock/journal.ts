/** The journal of a guest: who did what to it and when, in a file on each host that it was done on. */
import type { RemoteHost } from "../../host/host";
import { runScript, scriptFile, sh } from "../../host/script";
import { doneTogether } from "../../host/together";
import { oneLine } from "../../util/printable";

interface JournalHost {
  name: string;
  host: RemoteHost;
}

export interface JournalLine {
  who: string;
  text: string;
}

export const journalFolder = "/var/lib/pulumi-kvm-live/journal";
/** Time for one host, reaching it included, in milliseconds. */
const timeoutMs = 15_000;
/** Number of lines that are kept. The file is cut when it has a fifth more, so that few writes have to. */
const keptLines = 1000;

const append = scriptFile(__dirname, "append-journal.sh");

/**
 * Appends one line on each of these hosts, with this machine's time in UTC.
 *
 * @returns what went wrong, in words: a disk that is full must not stop a rescue
 */
export async function writeJournal(hosts: readonly JournalHost[], uuid: string, line: JournalLine): Promise<string[]> {
  const text = lineOf(line, new Date());
  const write = ({ host }: JournalHost) =>
    runScript(doneTogether(host), append, [journalFolder, uuid, text, String(keptLines)], {
      signal: AbortSignal.timeout(timeoutMs),
    });
  const written = await Promise.allSettled(hosts.map(write));
  return written.flatMap((one, index) =>
    one.status === "fulfilled"
      ? []
      : [`${hosts[index]?.name}: the journal could not be written: ${(one.reason as Error).message}`],
  );
}

/** Pure. */
const lineOf = ({ who, text }: JournalLine, at: Date): string =>
  `${at.toISOString()} ${oneLine(who)}: ${oneLine(text)}`;

/** The last lines, the newest last; none when there is no journal. @throws HostError */
export async function readJournal(host: RemoteHost, uuid: string, lines: number): Promise<string[]> {
  const script = sh`[ ! -e "$1" ] || tail -n "$2" -- "$1"`;
  const signal = AbortSignal.timeout(timeoutMs);
  const { stdout } = await runScript(host, script, [`${journalFolder}/${uuid}.log`, String(lines)], { signal });
  return stdout.split("\n").flatMap((line) => oneLine(line, 2000) || []);
}
