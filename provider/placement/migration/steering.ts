/** Keeps one migration job in hand while it runs: the deadline, convergence, the user's Ctrl-C. */
import type { Host } from "../../host/host";
import type { Jobs, JobView } from "../driver";
import { figures, type Means, measureFor, remedies } from "./convergence";
import type { Job } from "./job";
import { defaultMaxDowntimeMs, type MigrationLimits } from "./limits";

/** Why a job was ended by us. */
export type Verdict = { do: "begin anew with auto-converge" } | { do: "give up"; reason: string };

export interface Steered {
  host: Host;
  uuid: string;
  limits: MigrationLimits;
  jobs: Jobs;
  /** What earlier attempts at the same move have taken. */
  alreadyMs: number;
  /** Somebody else has begun it, with options of their own. */
  joined?: boolean;
  progress: (line: string) => void;
}

export class Steering {
  verdict: Verdict | undefined;
  /** The guest was held still for the job, and may be so still. */
  suspended = false;
  private jobs: Job[] = [];
  private means: Means | undefined;
  private sent = { bytes: -1, at: 0 };

  constructor(private readonly of: Steered) {}

  /** One look at the job, and what has to be done about it now. Commands that come too late do no harm. */
  async steer(job: JobView, cancelled: boolean): Promise<void> {
    const { host, uuid, limits, jobs } = this.of;
    this.jobs.push(job);
    this.means ??= await this.meansAtFirst();
    if (cancelled) this.verdict ??= { do: "give up", reason: "Cancelled." };
    else if (limits.tls !== undefined && job.tls === false && !this.of.joined)
      this.verdict ??= {
        do: "give up",
        reason: `Its stream was not encrypted, as it should have been (${limits.tls}).`,
      };
    if (this.verdict === undefined && this.isSilent(job)) this.verdict = { do: "give up", reason: silence(limits) };
    if (this.verdict === undefined && this.isLate(job)) await this.onTimeout(this.means);
    if (this.verdict === undefined && !this.suspended) await this.converge(this.means);
    if (this.verdict && this.means.postCopy !== "begun") await jobs.abort(host, uuid);
  }

  private async meansAtFirst(): Promise<Means> {
    const { host, uuid, limits, jobs, joined } = this.of;
    const { autoConverge, postCopy, maxDowntimeMs } = limits;
    const downtimeMs = await jobs.maxDowntime(host, uuid).catch(() => defaultMaxDowntimeMs);
    return {
      downtimeMs,
      maxDowntimeMs: maxDowntimeMs ?? downtimeMs,
      autoConverge: autoConverge ? "on" : autoConverge === undefined && !joined ? "possible" : "never",
      postCopy: postCopy ? "possible" : "never",
    };
  }

  private isSilent({ processedBytes }: Job): boolean {
    const { silenceSeconds } = this.of.limits;
    if (processedBytes !== this.sent.bytes) this.sent = { bytes: processedBytes, at: performance.now() };
    return silenceSeconds !== undefined && performance.now() - this.sent.at >= silenceSeconds * 1000;
  }

  /** A guest is neither held still nor switched over before anything has been sent of it. */
  private isLate({ elapsedMs, totalBytes }: Job): boolean {
    const { limits, alreadyMs } = this.of;
    if (limits.onTimeout !== "abort" && totalBytes === 0) return false;
    return limits.timeoutSeconds !== undefined && elapsedMs + alreadyMs >= limits.timeoutSeconds * 1000;
  }

  private async onTimeout(means: Means): Promise<void> {
    const { host, uuid, limits, jobs, progress } = this.of;
    if (this.suspended || means.postCopy === "begun") return;
    const late = `${limits.timeoutSeconds} s (timeoutSeconds) are over`;
    switch (limits.onTimeout) {
      case "abort": {
        const reason = `Given up after ${limits.timeoutSeconds} s (timeoutSeconds): ${figures(this.jobs)} ${remedies(this.jobs, means)}`;
        this.verdict = { do: "give up", reason };
        return;
      }
      case "suspend":
        progress(`${late}: holding the guest still for the rest`);
        this.suspended = await jobs.suspend(host, uuid);
        return;
      case "post-copy":
        progress(`${late}: switching to post-copy`);
        await this.postCopy(means);
    }
  }

  private async converge(means: Means): Promise<void> {
    const { host, uuid, limits, jobs, progress } = this.of;
    const [job] = this.jobs.slice(-1);
    if (limits.postCopy?.when === "after-precopy" && means.postCopy === "possible" && (job?.iterations ?? 0) > 1)
      return this.postCopy(means);
    const measure = measureFor(this.jobs, means);
    if (measure.do === "wait") return;
    this.jobs = this.jobs.slice(-1);
    switch (measure.do) {
      case "raise downtime":
        progress(`passes do not get shorter: allowing a downtime of ${measure.toMs} ms`);
        if (await jobs.setMaxDowntime(host, uuid, measure.toMs)) means.downtimeMs = measure.toMs;
        return;
      case "post-copy":
        progress("passes do not get shorter: switching to post-copy");
        return this.postCopy(means);
      case "begin anew with auto-converge":
        progress("passes do not get shorter: beginning anew with auto-converge");
        this.verdict = measure;
        return;
      case "abort":
        this.verdict = { do: "give up", reason: measure.reason };
    }
  }

  private async postCopy(means: Means): Promise<void> {
    const { host, uuid, jobs } = this.of;
    if (await jobs.postCopy(host, uuid)) means.postCopy = "begun";
  }
}

const silence = ({ silenceSeconds }: MigrationLimits) =>
  `Nothing was sent for ${silenceSeconds} s: the destination, or the network between the two hosts, is gone.`;
