/** Runs the engine on hosts in memory, in jest's time: hours pass in milliseconds. */
import type { MigrationLimits } from "../../../provider/placement/migration/limits";
import type { SettledGuest } from "../../../provider/placement/migration/wait-until-settled";
import type { Candidate } from "../../../provider/placement/observe/candidate";
import type { Placement } from "../../../provider/placement/placement";
import { printFinding } from "../../../provider/placement/preflight/finding";
import { carryOutAndVerify, planWithPreflight } from "../../../provider/placement/reconcile";
import { type GuestState, guestStateOf, observePlacement } from "../../../provider/resources/guest-placement/reconcile";
import { type OnDelete, removePlacement } from "../../../provider/resources/guest-placement/remove";
import { unguardedOperation } from "../../silent-operation";
import { type Circumstances, memoryDriver } from "./memory-driver";
import type { MemoryHosts } from "./memory-hosts";
import { wanted } from "./world";

export interface Options {
  /** What else is wanted than a running guest on b. */
  want?: Partial<Placement>;
  limits?: Partial<MigrationLimits>;
  circumstances?: Circumstances;
  /** The state that an earlier run has written. */
  known?: Partial<GuestState>;
  progressEveryMs?: number;
  /** Fails from the second check on. */
  losesLock?: boolean;
}

/** One user's run on these hosts. */
export class Run {
  readonly progress: string[] = [];
  readonly journal: string[] = [];
  readonly info: string[] = [];
  readonly cancellation = new AbortController();
  readonly process = new AbortController();
  readonly placement: Placement;
  private locksChecked = 0;

  constructor(
    readonly hosts: MemoryHosts,
    private readonly options: Options = {},
  ) {
    const { want, limits, circumstances } = options;
    const candidates = hosts.world.map(({ hostName }) => candidate(hostName));
    const driver = memoryDriver(hosts, circumstances);
    const { redefine: _, ...rest } = wanted;
    this.placement = {
      ...rest,
      candidates,
      driver,
      limits: { onTimeout: "abort", ...limits },
      shutdownTimeoutSeconds: 120,
      ...want,
    };
  }

  /** `pulumi up` */
  up(): Promise<SettledGuest | Error> {
    return inFakeTime(async () => {
      const operation = this.operation(true);
      const before = await observePlacement(operation, this.placement, this.known);
      const knownDigest = this.known?.definitionDigest;
      const { steps, findings, refusal } = await planWithPreflight(this.placement, before, knownDigest, operation);
      const problems = [...(refusal === undefined ? [] : [refusal]), ...findings.map(printFinding)];
      if (problems.length > 0) throw new Error(problems.join("\n"));
      return carryOutAndVerify(this.placement, before, knownDigest, steps, operation);
    });
  }

  /** `pulumi refresh` */
  look(): Promise<SettledGuest | Error> {
    return inFakeTime(() => observePlacement(this.operation(false), this.placement, this.known));
  }

  /** `pulumi destroy` @returns undefined, or its error */
  remove(onDelete: OnDelete): Promise<undefined | Error> {
    return inFakeTime(async () => void (await removePlacement(this.operation(false), this.placement, onDelete)));
  }

  /** What is kept of a run in the state: drift and history are there. */
  stateOf(result: SettledGuest | Error): GuestState | undefined {
    if (result instanceof Error) throw result;
    return guestStateOf(this.placement, result, this.known)?.state;
  }

  private get known(): GuestState | undefined {
    return this.options.known as GuestState | undefined;
  }

  private operation(acts: boolean) {
    const { progressEveryMs = 1000, losesLock = false } = this.options;
    return unguardedOperation({
      acts,
      progressEveryMs,
      progress: (line) => void this.progress.push(line),
      info: (line) => void this.info.push(line),
      signal: this.process.signal,
      cancelled: this.cancellation.signal,
      journal: async (hostNames, line) => void this.journal.push(`${hostNames.join("+")}: ${line}`),
      locks: {
        locked: [],
        assertHeld: async () => {
          if (losesLock && ++this.locksChecked > 1) throw new Error("The lock is lost.");
        },
      },
    });
  }
}

const candidate = (name: string): Candidate => ({
  name,
  address: name,
  port: 22,
  maxOutgoingMigrations: 1,
  maxIncomingMigrations: 1,
  host: { label: name } as Candidate["host"],
});

/** Goes from timer to timer until the work has ended. @returns its error, too */
async function inFakeTime<T>(work: () => Promise<T>): Promise<T | Error> {
  let isDone = false;
  const result = work()
    .catch((error: Error) => error)
    .finally(() => {
      isDone = true;
    });
  for (let timers = 0; !isDone; timers++) {
    if (timers > 20_000) throw new Error("It does not end.");
    await jest.advanceTimersToNextTimerAsync();
    if (jest.getTimerCount() === 0) await Promise.resolve();
  }
  return result;
}

export const messageOf = (result: unknown): string =>
  result instanceof Error ? result.message : `no error, but ${JSON.stringify(result)}`;
