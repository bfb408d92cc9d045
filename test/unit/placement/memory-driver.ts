/** A driver over hosts in memory: what it is asked for is done at once, and migrations take the clock's time. */
import type { Driver, MigrationAttempt, PerformOutcome } from "../../../provider/placement/driver";
import type { Candidate } from "../../../provider/placement/observe/candidate";
import type { Ages } from "../../../provider/placement/observe/observation";
import { labelOf } from "../../../provider/placement/plan/steps";
import type { Finding } from "../../../provider/placement/preflight/finding";
import type { MemoryHosts } from "./memory-hosts";
import { wanted } from "./world";

/** What goes wrong or differs. */
export interface Circumstances {
  /** What the job's record says of its stream. @default true */
  tls?: boolean | undefined;
  leavesCopy?: boolean;
  /** Whether the command that a migration is begun with ends with it; else only the job tells. @default true */
  hasCommand?: boolean;
  /** The connection to the command is lost then, and the job goes on without it. */
  losesCommandAfterMs?: number;
  /** What the command says in the end, whatever has become of the guest. */
  commandSays?: string;
  /** Throws before a step, by its label. */
  refuses?: Readonly<Record<string, Error>>;
  /** The guest arrives just before it is aborted. */
  abortsTooLate?: boolean;
  /** How often the power button is ignored. */
  ignoresButton?: number;
  findings?: readonly Finding[];
  /** What is younger on a host than usual: a guest began to leave 60 s ago, and hosts are up for an hour. */
  ages?: Readonly<Record<string, Partial<Ages>>>;
}

type Named = Pick<Candidate, "host"> | Candidate["host"];

/** The host's label is its name. */
const nameOf = (one: Named): string => ("host" in one ? one.host.label : one.label);

export function memoryDriver(hosts: MemoryHosts, circumstances: Circumstances = {}): Driver {
  const { tls = true, hasCommand = true, leavesCopy = false, refuses = {}, findings = [] } = circumstances;
  let ignored = circumstances.ignoresButton ?? 0;
  const record = (command: string) => {
    hosts.commands.push(command);
    const error = refuses[command];
    if (error) throw error;
  };
  return {
    observe: async (host) => hosts.answer(nameOf(host)),
    hasQemu: async (host) => hosts.hasQemu(nameOf(host)),
    leavingForSeconds: async () => 60,
    ages: async (on) => ({ upForSeconds: 3600, ...circumstances.ages?.[nameOf(on)] }),
    preflight: async () => [...findings],
    act: async (step) => {
      record(labelOf(step));
      hosts.act(step, wanted.mark);
    },
    requestShutdown: async (on) => {
      record(`power button on ${nameOf(on)}`);
      if (ignored-- > 0) return false;
      hosts.act({ do: "shut down", on: nameOf(on) }, wanted.mark);
      return true;
    },
    resumePostCopy: async (from, to) => {
      record(`resume post-copy from ${nameOf(from)} to ${nameOf(to)}`);
      hosts.act({ do: "resume post-copy", from: nameOf(from), to: nameOf(to) }, wanted.mark);
      return "";
    },
    migration: (from, to) => attempt(nameOf(from), nameOf(to)),
    job: (source) => ({
      observe: async () => {
        hosts.answer(nameOf(source));
        const none = { active: false, operation: "other", tls: undefined } as never;
        return hosts.job?.start.from === nameOf(source) ? hosts.job.look : none;
      },
      abort: async () => {
        if (circumstances.abortsTooLate) hosts.job?.complete();
        return said("abort", () => hosts.job?.abort());
      },
      suspend: async () => said("suspend", () => hosts.job?.suspend()),
      resume: async () => {
        record(`resume the job's guest on ${nameOf(source)}`);
        hosts.act({ do: "resume", on: nameOf(source) }, wanted.mark);
      },
      startPostCopy: async () => said("start post-copy", () => hosts.job?.startPostCopy()),
      maxDowntimeMs: async () => hosts.maxDowntimeMs,
      setMaxDowntimeMs: async (ms) => {
        record(`max downtime ${ms}`);
        hosts.maxDowntimeMs = ms;
        return true;
      },
    }),
    lastJob: async () => hosts.finished,
  };

  function said(command: string, act: () => boolean | undefined): boolean {
    record(command);
    return act() ?? false;
  }

  function lostCommand(): Promise<PerformOutcome> {
    const { losesCommandAfterMs: ms } = circumstances;
    return new Promise((resolve) => {
      if (ms !== undefined) setTimeout(resolve, ms, { failure: "a: the connection was lost" });
    });
  }

  function attempt(from: string, to: string): MigrationAttempt {
    return {
      prepare: async () => record("prepare"),
      async perform(autoConverge) {
        record(autoConverge ? "perform with auto-converge" : "perform");
        const job = hosts.migrate({ from, to, autoConverge, tls, leavesCopy });
        const ended = Promise.race([job.ended, lostCommand()]);
        const outcome = async () => {
          const { commandSays } = circumstances;
          return hasCommand || !hosts.job?.isActive
            ? { ...(await ended), ...(commandSays !== undefined && { failure: commandSays }) }
            : { failure: "" };
        };
        return { ...(hasCommand && { ended }), outcome };
      },
      async confirm() {
        record("confirm");
        if (leavesCopy) hosts.set(from, undefined);
      },
      rollback: async () => record("rollback"),
      stream: { encrypted: tls === true, transport: "memory" },
    };
  }
}
