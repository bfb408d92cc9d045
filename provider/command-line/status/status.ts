/** `kvm-live status`: all guests of hosts, and what is odd about them. */
import { pause } from "../../util/pause";
import { type Command, flagOption, type Given, type Session } from "../command";
import { type ExitCode, exitCodeOf, UsageError } from "../exit-codes";
import type { Answer } from "../hosts";
import { type FoundHosts, findHosts, stackOptions } from "../stack/find-hosts";
import type { HostNow } from "./host-now";
import { observeHosts } from "./observe";
import { printStatus } from "./print";
import { isUnknownIn, isWrongIn, reportOf, type StatusReport, sameMachines } from "./report";

/** Time between two looks, in seconds. */
const defaultWatchSeconds = 5;

export const status: Command = {
  name: "status",
  arguments: [["[host...]", "as ssh names them: [USER@]HOST[:PORT]; without any, those of a stack"]],
  summary: "all guests by host: state, memory, job in progress, last move; leftovers and doubles are marked",
  options: [
    ...stackOptions,
    {
      flags: "--watch [seconds]",
      meaning: `look again every ${defaultWatchSeconds} s, or as many as given, until Ctrl-C`,
    },
    { flags: "--json", meaning: "for machines: one object, with --watch one a line" },
  ],
  run,
};

async function run(given: Given, session: Session): Promise<ExitCode> {
  const seconds = watchSeconds(given);
  const found = await findHosts(given.words, given, session);
  if (seconds === undefined) return show(await look(found, session), given, session);
  for (;;) {
    const report = await look(found, session);
    if (flagOption(given, "json")) session.screen.printJson(report);
    else
      session.screen.redraw(
        `${new Date().toISOString().slice(0, 19).replace("T", " ")} UTC\n${printStatus(report, session.screen)}`,
      );
    await pause(seconds * 1000, session.signal);
  }
}

function watchSeconds({ options }: Given): number | undefined {
  const { watch } = options;
  if (watch === undefined) return undefined;
  const seconds = watch === true ? defaultWatchSeconds : Number(watch);
  if (!Number.isFinite(seconds) || seconds < 1 || seconds > 3600)
    throw new UsageError(`--watch ${String(watch)}: must be a number of seconds from 1 to 3600.`);
  return seconds;
}

async function look({ hosts, state }: FoundHosts, { screen, signal }: Session): Promise<StatusReport> {
  const done = screen.waitFor(`Asking ${hosts.map(({ name }) => name).join(", ")} …`);
  const answers = await observeHosts(hosts, signal).finally(done);
  refuseSameMachines(answers);
  return reportOf([...answers, ...(state?.unreadable ?? [])], state?.guests);
}

function refuseSameMachines(answers: readonly Answer<HostNow>[]): void {
  const pairs = sameMachines(answers).map(
    ([one, other]) => `${one} and ${other} are one machine: leave one of them out.`,
  );
  if (pairs.length > 0) throw new UsageError(pairs.join("\n"));
}

function show(report: StatusReport, given: Given, { screen }: Session): ExitCode {
  if (flagOption(given, "json")) screen.printJson(report);
  else screen.print(printStatus(report, screen));
  return exitCodeOf({ isWrong: isWrongIn(report), isUnknown: isUnknownIn(report) });
}
