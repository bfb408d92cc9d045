/** `kvm-live report`: a stack's fleet and its moves as one HTML file. */
import { writeFileSync } from "node:fs";
import { readJournals } from "../../placement/lock/read-journals";
import { type Command, type Given, type Session, textOption } from "../command";
import { type ExitCode, exitCodeOf, UsageError } from "../exit-codes";
import { merged } from "../history/merge";
import { askEach, hasSaid, silentOf } from "../hosts";
import { findHosts, stackOptions } from "../stack/find-hosts";
import type { PlacedGuest, StackState } from "../stack/read-state";
import { drainsIn, movesIn } from "./moves";
import { pageOf, type ReportedHost } from "./page";

/** The last lines of each host's journals. */
const lines = 10_000;

export const report: Command = {
  name: "report",
  summary: "a stack's fleet as a picture and each drain as a timeline: one HTML file, of its state and the journals",
  options: [...stackOptions, { flags: "--out <file>", meaning: "where it is written; standard output by default" }],
  run,
};

async function run(given: Given, session: Session): Promise<ExitCode> {
  const { screen, signal } = session;
  const out = textOption(given, "out");
  if (out === undefined && screen.isTerminal)
    throw new UsageError("A report is HTML: name a file in --out, or send it there by `>`.");
  const { hosts, state } = await findHosts([], given, session);
  if (state === undefined) throw new UsageError("A report is of a stack: name it in --stack, or its state in --state.");
  const done = screen.waitFor(`Reading the journals of ${hosts.map(({ name }) => name).join(", ")} …`);
  const read = askEach(hosts, signal, (host) => readJournals(host, { lines, signal }));
  const answers = [...(await read.finally(done)), ...state.unreadable];
  const journals = answers.filter(hasSaid).map(({ name, said }) => ({ name, entries: said }));
  const silent = silentOf(answers);
  const known = new Set(state.guests.map(({ uuid }) => uuid));
  const entries = merged(journals).filter(({ uuid }) => known.has(uuid));
  const page = pageOf({
    stack: state.stack,
    madeAt: new Date().toISOString(),
    ...fleetOf(state),
    drains: drainsIn(movesIn(entries, state.guests)),
    silent,
  });
  if (out === undefined) screen.print(page.trimEnd());
  else write(out, page);
  for (const { name, problem } of silent) screen.complain(`${name}: ${problem}`);
  return exitCodeOf({ isWrong: false, isUnknown: silent.length > 0 });
}

/** hv-2 comes before hv-10. */
const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name, "en", { numeric: true });

function fleetOf({ hosts, unreadable, guests }: StackState): { hosts: ReportedHost[]; elsewhere: PlacedGuest[] } {
  const all = [...hosts, ...unreadable.map(({ name }) => ({ name, memoryMiB: undefined }))].sort(byName);
  return {
    hosts: all.map(({ name, memoryMiB }) => ({
      name,
      ...(memoryMiB !== undefined && { memoryMiB }),
      guests: guests.filter(({ host }) => host === name),
    })),
    elsewhere: guests.filter(({ host }) => !all.some(({ name }) => name === host)),
  };
}

function write(file: string, page: string): void {
  try {
    writeFileSync(file, page);
  } catch (error) {
    throw new UsageError(`--out ${file} cannot be written: ${(error as Error).message}`);
  }
}
