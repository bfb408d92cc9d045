/** Watches one migration job on its source until it ends. */
import { HostError } from "../../host/errors";
import type { Operation } from "../../util/operation";
import { pause } from "../../util/pause";
import type { JobControl } from "../driver";
import type { Candidate } from "../observe/candidate";
import { type ObservedJob, progressLine } from "./job";
import type { MigrationLimits } from "./limits";
import { pauseMs } from "./pace";
import { type AbortReason, Steering } from "./steering";

export interface MonitoredJob {
  from: Candidate;
  to: Candidate;
  control: JobControl;
  /** By which it is steered; without them it is only watched, until Ctrl-C. */
  limits: MigrationLimits | undefined;
  /** Time that earlier attempts at the same move have taken. */
  previousAttemptsMs: number;
  /** Someone else has begun it, with options of their own. */
  isJoined: boolean;
}

export interface Monitored {
  /** The last look at it; undefined when it had ended before the first. */
  last: ObservedJob | undefined;
  /** As the source has recorded it; undefined when nobody has seen its record. */
  tls: boolean | undefined;
  abortReason: AbortReason | undefined;
  isSuspended: boolean;
}

export class MigrationMonitor {
  private last: ObservedJob | undefined;
  private tls: boolean | undefined;
  private progressAt = 0;
  private lookMs = 0;
  private readonly steering: Steering | undefined;

  constructor(
    private readonly job: MonitoredJob,
    private readonly operation: Operation,
  ) {
    const { limits } = job;
    this.steering = limits && new Steering({ ...job, limits, progress: (line) => this.progress(line) });
  }

  /** @param ended when the command that this process began the job with has ended: that counts, and not a look */
  async untilEnded(ended: AbortSignal): Promise<Monitored> {
    while (!ended.aborted && !this.isLeft) {
      await this.look().catch(tolerated);
      await this.untilNextLook(ended);
    }
    return this.result;
  }

  /** Until a look shows no job. @throws HostError when looking is impossible */
  async untilGone(): Promise<Monitored> {
    while ((await this.look()) && !this.isLeft) await this.untilNextLook();
    return this.result;
  }

  /** Only someone who steers it waits for what Ctrl-C has brought about. */
  private get isLeft(): boolean {
    return !this.steering && this.operation.cancelled.aborted;
  }

  private get result(): Monitored {
    const { last, tls, steering } = this;
    return { last, tls, abortReason: steering?.abortReason, isSuspended: steering?.isSuspended ?? false };
  }

  /** @returns whether the job is there */
  private async look(): Promise<boolean> {
    const { control } = this.job;
    const { signal, cancelled, progressEveryMs } = this.operation;
    const begun = performance.now();
    const job = await control.observe(signal);
    this.lookMs = performance.now() - begun;
    if (!job.active || job.operation !== "outgoing") return false;
    this.last = job;
    this.tls ??= job.tls;
    if (Date.now() - this.progressAt >= progressEveryMs) {
      this.progressAt = Date.now();
      this.progress(progressLine(job));
    }
    await this.steering?.steer(job, cancelled.aborted).catch(tolerated);
    return true;
  }

  private async untilNextLook(ended?: AbortSignal): Promise<void> {
    const { signal, cancelled } = this.operation;
    const early = [ended, cancelled.aborted ? undefined : cancelled].filter((one) => one !== undefined);
    await pause(pauseMs(this.last, this.lookMs), signal, ...early);
    signal.throwIfAborted();
  }

  private progress(line: string): void {
    this.operation.progress(`migrating ${this.job.from.name} => ${this.job.to.name}: ${line}`);
  }
}

/** The job may have ended meanwhile, and its source may not answer for a while: the next look tells. */
function tolerated(error: Error): void {
  if (!(error instanceof HostError)) throw error;
}
