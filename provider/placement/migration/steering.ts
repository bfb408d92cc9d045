/** Keeps one migration job in hand while it runs: the deadline, convergence, the user's Ctrl-C. */
import type { JobControl } from "../driver";
import { type ConvergenceState, figures, nextAction, remedies } from "./convergence";
import type { Job, ObservedJob } from "./job";
import { defaultMaxDowntimeMs, type MigrationLimits } from "./limits";

/** Why a job was aborted by us. */
export type AbortReason = { do: "retry with auto-converge" } | { do: "give up"; reason: string };

export interface SteeredJob {
  control: JobControl;
  limits: MigrationLimits;
  /** Time that earlier attempts at the same move have taken. */
  previousAttemptsMs: number;
  /** Someone else has begun it, with options of their own. */
  isJoined: boolean;
  progress: (line: string) => void;
}

export class Steering {
  abortReason: AbortReason | undefined;
  /** The guest was held still for the job, and may be so still. */
  isSuspended = false;
  private looks: Job[] = [];
  private convergence: ConvergenceState | undefined;
  private lastSent = { bytes: -1, at: 0 };

  constructor(private readonly job: SteeredJob) {}

  /** Does what has to be done about the job now. Commands that come too late do no harm. */
  async steer(look: ObservedJob, isCancelled: boolean): Promise<void> {
    const { control, limits, isJoined } = this.job;
    this.looks.push(look);
    const isLate = this.isLate(look);
    if (isLate || look.iterations > 1) this.convergence ??= await this.initialConvergence();
    if (isCancelled) this.giveUp("Cancelled.");
    else if (limits.tlsRequiredBy !== undefined && look.tls === false && !isJoined)
      this.giveUp(`Its stream was not encrypted, as it should have been (${limits.tlsRequiredBy}).`);
    if (this.isStuck(look)) this.giveUp(nothingSent(limits));
    if (this.convergence && this.abortReason === undefined && isLate) await this.onTimeout(this.convergence);
    if (this.convergence && this.abortReason === undefined && !this.isSuspended) await this.converge(this.convergence);
    if (this.abortReason && this.convergence?.postCopy !== "begun") await control.abort();
  }

  /** The first reason counts. */
  private giveUp(reason: string): void {
    this.abortReason ??= { do: "give up", reason };
  }

  private async initialConvergence(): Promise<ConvergenceState> {
    const { control, limits, isJoined } = this.job;
    const { autoConverge, postCopy, maxDowntimeMs } = limits;
    const downtimeMs = await control.maxDowntimeMs().catch(() => defaultMaxDowntimeMs);
    return {
      downtimeMs,
      maxDowntimeMs: maxDowntimeMs ?? downtimeMs,
      autoConverge: autoConverge ? "on" : autoConverge === undefined && !isJoined ? "possible" : "never",
      postCopy: postCopy ? "possible" : "never",
    };
  }

  private isStuck({ processedBytes }: Job): boolean {
    const { noProgressSeconds } = this.job.limits;
    if (processedBytes !== this.lastSent.bytes) this.lastSent = { bytes: processedBytes, at: performance.now() };
    return noProgressSeconds !== undefined && performance.now() - this.lastSent.at >= noProgressSeconds * 1000;
  }

  /** A guest is neither held still nor switched over before anything of it has been sent. */
  private isLate({ elapsedMs, totalBytes }: Job): boolean {
    const { limits, previousAttemptsMs } = this.job;
    if (limits.onTimeout !== "abort" && totalBytes === 0) return false;
    return limits.timeoutSeconds !== undefined && elapsedMs + previousAttemptsMs >= limits.timeoutSeconds * 1000;
  }

  private async onTimeout(convergence: ConvergenceState): Promise<void> {
    const { control, limits, progress } = this.job;
    if (this.isSuspended || convergence.postCopy === "begun") return;
    const late = `${limits.timeoutSeconds} s (timeoutSeconds) are over`;
    switch (limits.onTimeout) {
      case "abort":
        return this.giveUp(
          `Given up after ${limits.timeoutSeconds} s (timeoutSeconds): ${figures(this.looks)} ${remedies(this.looks, convergence)}`,
        );
      case "suspend":
        progress(`${late}: holding the guest still for the rest`);
        this.isSuspended = await control.suspend();
        return;
      case "post-copy":
        progress(`${late}: switching to post-copy`);
        await this.startPostCopy(convergence);
    }
  }

  private async converge(convergence: ConvergenceState): Promise<void> {
    const { control, limits, progress } = this.job;
    const isAfterFirstPass = (this.looks.at(-1)?.iterations ?? 0) > 1;
    if (limits.postCopy?.when === "after-precopy" && convergence.postCopy === "possible" && isAfterFirstPass)
      return this.startPostCopy(convergence);
    const action = nextAction(this.looks, convergence);
    if (action.do === "wait") return;
    this.looks = this.looks.slice(-1);
    switch (action.do) {
      case "raise downtime":
        progress(`the migration does not converge: allowing a downtime of ${action.toMs} ms`);
        if (await control.setMaxDowntimeMs(action.toMs)) convergence.downtimeMs = action.toMs;
        return;
      case "post-copy":
        progress("the migration does not converge: switching to post-copy");
        return this.startPostCopy(convergence);
      case "retry with auto-converge":
        progress("the migration does not converge: trying again with auto-converge");
        this.abortReason = action;
        return;
      case "abort":
        this.giveUp(action.reason);
    }
  }

  private async startPostCopy(convergence: ConvergenceState): Promise<void> {
    if (await this.job.control.startPostCopy()) convergence.postCopy = "begun";
  }
}

const nothingSent = ({ noProgressSeconds }: MigrationLimits) =>
  `Nothing was sent for ${noProgressSeconds} s: the destination or the network between the two hosts has failed.`;
