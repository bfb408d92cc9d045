/**
 * What a placement needs of whatever runs guests: libvirt, or QEMU by itself. What is to be done is decided beside it, by
 * one table for all of them, in libvirt's words: a guest is a domain, in a state, for a reason.
 */
import type { Host } from "../host/host";
import type { Candidate } from "./candidates";
import type { At } from "./locate";
import type { Job } from "./migration/job";
import type { MigrationRecord } from "./migration/record";
import type { DomainName, HostView } from "./observation";
import type { Settled } from "./settle";
import type { Step } from "./steps";
import type { Words } from "./words";

export interface Driver {
  words: Words;
  /** What one host knows of the guest. @throws DomainInFlux when it came or went meanwhile; HostError */
  view(host: Host, domain: DomainName, signal: AbortSignal): Promise<HostView>;
  /** What would make steps fail, found out before the first of them; all at once. */
  preflight(question: PreflightQuestion, looking: Looking): Promise<Obstacles>;
  /** Does one step on one host. */
  act(step: StepOnHost, on: Candidate, signal: AbortSignal): Promise<void>;
  /** Presses the guest's power button. @returns whether it is off by now */
  askToShutDown(on: Candidate, signal: AbortSignal): Promise<boolean>;
  /** Goes on with a post-copy that was interrupted. @returns what was said when it failed */
  resumePostCopy(from: Candidate, to: Candidate, signal: AbortSignal): Promise<string>;
  jobs: Jobs;
  /** One live migration; nothing is done by this call. */
  depart(from: Candidate, to: Candidate, signal: AbortSignal): Departure;
  /** Figures of the last migration, from the side that still has them; undefined when neither has. */
  completed(from: Candidate | undefined, to: Candidate, signal: AbortSignal): Promise<Job | undefined>;
  /** A guest is where it shall be, moved by whomever: what it runs with there is not to be written over. */
  keepImages?(at: Candidate): Promise<void>;
}

/** A step that is done on one host by one command. */
export type StepOnHost = Exclude<Extract<Step, { on: string }>, { do: "shut down" }>;

export interface PreflightQuestion {
  fenced: readonly string[];
  steps: readonly Step[];
  seen: Settled;
  candidate: (name: string) => Candidate;
}

/** @see Context */
export interface Looking {
  signal: AbortSignal;
  progress: (line: string) => void;
  acts: boolean;
}

/** Each with the host, the reason and the fix. */
export interface Obstacles {
  problems: string[];
  /** Those that no repair of the hosts will mend. */
  unsupported: string[];
}

/** Verbs on a migration job, on its source; those that come too late say false and do no harm. */
export interface Jobs {
  /** What the job looks like now; not active when there is none. */
  view(host: Host, domain: DomainName, signal: AbortSignal): Promise<JobView>;
  /** Ends it; the guest goes on where it is. Fails in post-copy, when its memory is on both sides. */
  abort(host: Host, uuid: string): Promise<boolean>;
  /** Holds the guest still, so that nothing more is dirtied. */
  suspend(host: Host, uuid: string): Promise<boolean>;
  /** Lets a guest go on that was held still. */
  resume(host: Host, uuid: string): Promise<void>;
  /** Starts the guest on the destination; memory that is not there yet is fetched when it is touched. */
  postCopy(host: Host, uuid: string): Promise<boolean>;
  /** In milliseconds. */
  maxDowntime(host: Host, uuid: string): Promise<number>;
  setMaxDowntime(host: Host, uuid: string, ms: number): Promise<boolean>;
}

export interface JobView extends Job {
  /** Whether the stream is TLS, as the side that sends it has recorded; undefined without a record. */
  tls: boolean | undefined;
}

/** One live migration in its parts. A departure may be tried again, after it was withdrawn. */
export interface Departure {
  /** Makes ready what the destination needs; what fails leaves nothing behind. */
  prepare(): Promise<void>;
  /** Begins it. @param slowGuest with auto-converge, whatever the options say */
  start(slowGuest: boolean): Promise<Going>;
  /** The guest runs on the destination: clears the source. */
  arrived(): Promise<void>;
  /** The guest is on the source, and nothing is on its way: clears the destination. */
  withdraw(place: At): Promise<void>;
  known: Pick<MigrationRecord, "encrypted" | "transport">;
}

interface Going {
  /** Settles when what was begun has ended; absent when only a look at the job tells. */
  ended?: Promise<unknown>;
  /** After its end. */
  outcome(): Promise<Outcome>;
}

export interface Outcome {
  /** Why it failed, in words for the user, or why nobody knows; nothing for a success. */
  said: string;
  figures?: Job;
}
