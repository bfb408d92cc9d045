/** `kvm-live history`: what this provider has done to guests, by the journals that it keeps on their hosts. */
import { type JournalEntry, readJournals } from "../../placement/lock/read-journals";
import { uuidForm } from "../../util/identity";
import { type Command, flagOption, type Given, listOption, type Session, textOption } from "../command";
import { type ExitCode, exitCodeOf, UsageError } from "../exit-codes";
import { askEach, hasSaid, type NamedHost, silentOf } from "../hosts";
import { findHosts, stackOptions } from "../stack/find-hosts";
import { isOf, merged } from "./merge";
import { printHistory } from "./print";

const defaultLines = 50;
const mostLines = 10_000;

export const history: Command = {
  name: "history",
  arguments: [["<guest-or-host>", "name or UUID of a guest, with --on, --stack or --state; else a host"]],
  summary: "what was done to a guest, or on a host, in one order: the journals of all hosts",
  options: [
    { flags: "--on <host...>", meaning: "the hosts where the guest may have been" },
    ...stackOptions,
    { flags: "--lines <number>", meaning: "how many of the last lines", default: String(defaultLines) },
    { flags: "--json", meaning: "for machines: one object" },
  ],
  run,
};

async function run(given: Given, session: Session): Promise<ExitCode> {
  const { screen, signal } = session;
  const lines = linesOption(given);
  const { hosts, guest, unreadable } = await whatFor(given, session);
  const done = screen.waitFor(`Reading the journals of ${hosts.map(({ name }) => name).join(", ")} …`);
  const of = guest === undefined ? undefined : uuidForm.test(guest) ? { uuid: guest } : { name: guest };
  const read = askEach(hosts, signal, (host) => readJournals(host, { lines, guest: of, signal }));
  const answers = [...(await read.finally(done)), ...unreadable];
  const journals = answers.filter(hasSaid).map(({ name, said }) => ({ name, entries: said.filter(isWanted(guest)) }));
  const silent = silentOf(answers);
  const report = { entries: merged(journals).slice(-lines), silent };
  if (flagOption(given, "json")) screen.printJson(report);
  else screen.print(printHistory(report, screen));
  return exitCodeOf({ isWrong: false, isUnknown: silent.length > 0 });
}

const isWanted = (guest: string | undefined) => (entry: JournalEntry) => guest === undefined || isOf(guest, entry);

interface WhatFor {
  hosts: readonly NamedHost[];
  /** Undefined: of all guests. */
  guest: string | undefined;
  unreadable: readonly { name: string; problem: string }[];
}

async function whatFor(given: Given, session: Session): Promise<WhatFor> {
  const [word = ""] = given.words;
  const on = listOption(given, "on");
  const hasStack = textOption(given, "stack") !== undefined || textOption(given, "state") !== undefined;
  if (on.length === 0 && !hasStack) {
    const { hosts } = await findHosts([word], given, session);
    return { hosts, guest: undefined, unreadable: [] };
  }
  const { hosts, state } = await findHosts(on, given, session);
  const host = hosts.filter(({ name }) => name === word);
  if (state !== undefined && host.length > 0) return { hosts: host, guest: undefined, unreadable: [] };
  return { hosts, guest: word, unreadable: state?.unreadable ?? [] };
}

function linesOption(given: Given): number {
  const text = textOption(given, "lines") ?? "";
  const lines = Number(text);
  if (!Number.isInteger(lines) || lines < 1 || lines > mostLines)
    throw new UsageError(`--lines ${text}: must be a whole number from 1 to ${mostLines}.`);
  return lines;
}
