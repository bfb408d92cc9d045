/**
 * What a placement needs of whatever runs guests: libvirt, or QEMU by itself. A driver is made for one guest. What is to
 * be done is decided beside it, by one table for all drivers, in libvirt's words: a guest is a domain, in a state, for a
 * reason.
 */
import type { RemoteHost } from "../host/host";
import type { Operation } from "../util/operation";
import type { Job, ObservedJob } from "./migration/job";
import type { MigrationRecord } from "./migration/record";
import type { Candidate } from "./observe/candidate";
import type { GuestLocation, Located } from "./observe/locate";
import type { Ages, HostAnswer } from "./observe/observation";
import type { Step } from "./plan/steps";
import type { Wanted } from "./plan/wanted";
import type { Finding } from "./preflight/finding";

export interface Driver {
  /**
   * @param newerThanMs by `performance.now()`: what the host was asked before will not do. A driver that always asks anew
   * has no use for it
   * @throws ChangedWhileReading when the guest came or went meanwhile; HostError
   */
  observe(host: RemoteHost, signal: AbortSignal, newerThanMs?: number): Promise<HostAnswer>;
  /** True when a QEMU of the guest runs there; what manages it is not asked. @throws HostError */
  hasQemu(host: RemoteHost, signal: AbortSignal): Promise<boolean>;
  /** How long ago the guest began to leave this host, in seconds, or longer: as near as the host can tell. */
  leavingForSeconds(from: Candidate, signal: AbortSignal): Promise<number>;
  /** What on this host may be younger than the guest's last move to it. */
  ages(on: Candidate, signal: AbortSignal): Promise<Ages>;
  /** Finds everything that would make these steps fail, before the first of them. @throws HostError */
  preflight(wanted: Wanted, steps: readonly Step[], seen: Located, operation: Operation): Promise<Finding[]>;
  /** Does one step on one host. @throws HostError */
  act(step: StepOnHost, on: Candidate, signal: AbortSignal): Promise<void>;
  /** Presses the guest's power button. @returns whether it is off by now */
  requestShutdown(on: Candidate, signal: AbortSignal): Promise<boolean>;
  /** Goes on with a post-copy that was interrupted. @returns why it failed, in words for the user; "" for a success */
  resumePostCopy(from: Candidate, to: Candidate, signal: AbortSignal): Promise<string>;
  /** One live migration; nothing is done by this call. */
  migration(from: Candidate, to: Candidate, signal: AbortSignal): MigrationAttempt;
  /** The migration job of the guest on its source. */
  job(source: RemoteHost): JobControl;
  /** Figures of the last migration, from the side that still has them; undefined when neither has. */
  lastJob(from: Candidate | undefined, to: Candidate, signal: AbortSignal): Promise<Job | undefined>;
  /** The guest is where it should be, whoever has moved it: what it runs with there is not to be overwritten. */
  keepCopiedImages?(at: Candidate): Promise<void>;
}

/** A step that is done on one host by one command. */
export type StepOnHost = Exclude<Extract<Step, { on: string }>, { do: "shut down" }>;

/** Verbs that come too late answer false and do no harm. */
export interface JobControl {
  /** The job's figures now; not active when there is no job. */
  observe(signal: AbortSignal): Promise<ObservedJob>;
  /** Ends it; the guest goes on where it is. Fails in post-copy, when its memory is on both sides. */
  abort(): Promise<boolean>;
  /** Holds the guest still, so that nothing more is dirtied. */
  suspend(): Promise<boolean>;
  /** Lets a guest go on that was held still. */
  resume(): Promise<void>;
  /** Starts the guest on the destination; memory that is not there yet is fetched when it is touched. */
  startPostCopy(): Promise<boolean>;
  maxDowntimeMs(): Promise<number>;
  setMaxDowntimeMs(ms: number): Promise<boolean>;
}

/** One live migration, by libvirt's phases. It may be tried again after a rollback. */
export interface MigrationAttempt {
  /** Makes ready what the destination needs; what fails leaves nothing behind. */
  prepare(): Promise<void>;
  /** Begins it. @param withAutoConverge whatever the options say */
  perform(withAutoConverge: boolean): Promise<Performing>;
  /** The guest runs on the destination: clears the source. */
  confirm(): Promise<void>;
  /** The guest is on the source, and nothing is on its way: clears the destination. */
  rollback(source: GuestLocation): Promise<void>;
  /** Properties of the stream that are known before it begins. */
  stream: Pick<MigrationRecord, "encrypted" | "transport">;
}

interface Performing {
  /** Settles when the command that it was begun with has ended; absent when only the job itself tells. */
  ended?: Promise<unknown>;
  /** To be asked after its end. */
  outcome(): Promise<PerformOutcome>;
}

export interface PerformOutcome {
  /** Why it failed, or why nobody knows, in words for the user; "" for a success. */
  failure: string;
  figures?: Job;
}
