/** Keeps one migration job in hand while it runs: the deadline, convergence, the user's Ctrl-C. */
import type { Host } from "../../host/host";
import { figures, type Means, measureFor, remedies } from "./convergence";
import type { Job } from "./job";
import * as control from "./job-control";
import type { MigrationOptions } from "./options";

/** Why a job was ended by us. */
export type Verdict = { do: "begin anew with auto-converge" } | { do: "give up"; reason: string };

export interface Steered {
  host: Host;
  uuid: string;
  options: MigrationOptions;
  /** What earlier attempts at the same move have taken. */
  alreadyMs: number;
  /** Somebody else has begun it, with options of their own. */
  joined?: boolean;
  progress: (line: string) => void;
}

/** QEMU's own limit. @see https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html */
export const defaultMaxDowntimeMs = 300;

export class Steering {
  verdict: Verdict | undefined;
  /** The guest was held still for the job, and may be so still. */
  suspended = false;
  private jobs: Job[] = [];
  private means: Means | undefined;

  constructor(private readonly of: Steered) {}

  /** One look at the job, and what has to be done about it now. Commands that come too late do no harm. */
  async steer(job: control.JobView, cancelled: boolean): Promise<void> {
    const { host, uuid, options } = this.of;
    this.jobs.push(job);
    this.means ??= await this.meansAtFirst();
    if (cancelled) this.verdict ??= { do: "give up", reason: "Cancelled." };
    else if (options.data === "tls" && job.tls === false && !this.of.joined)
      this.verdict ??= { do: "give up", reason: "Its stream was not encrypted, as it should have been (data: tls)." };
    if (this.verdict === undefined && this.isLate(job)) await this.onTimeout(this.means);
    if (this.verdict === undefined && !this.suspended) await this.converge(this.means);
    if (this.verdict && this.means.postCopy !== "begun") await control.abortJob(host, uuid);
  }

  private async meansAtFirst(): Promise<Means> {
    const { host, uuid, options, joined } = this.of;
    const { autoConverge, postCopy, maxDowntimeMs } = options;
    const downtimeMs = await control.maxDowntime(host, uuid).catch(() => defaultMaxDowntimeMs);
    return {
      downtimeMs,
      maxDowntimeMs: maxDowntimeMs ?? downtimeMs,
      autoConverge: autoConverge ? "on" : autoConverge === undefined && !joined ? "possible" : "never",
      postCopy: postCopy ? "possible" : "never",
    };
  }

  /** A guest is neither held still nor switched over before anything has been sent of it. */
  private isLate({ elapsedMs, totalBytes }: Job): boolean {
    const { options, alreadyMs } = this.of;
    if (options.onTimeout !== "abort" && totalBytes === 0) return false;
    return options.timeoutSeconds !== undefined && elapsedMs + alreadyMs >= options.timeoutSeconds * 1000;
  }

  private async onTimeout(means: Means): Promise<void> {
    const { host, uuid, options, progress } = this.of;
    if (this.suspended || means.postCopy === "begun") return;
    const late = `${options.timeoutSeconds} s (timeoutSeconds) are over`;
    switch (options.onTimeout) {
      case "abort": {
        const reason = `Given up after ${options.timeoutSeconds} s (timeoutSeconds): ${figures(this.jobs)} ${remedies(this.jobs, means)}`;
        this.verdict = { do: "give up", reason };
        return;
      }
      case "suspend":
        progress(`${late}: holding the guest still for the rest`);
        this.suspended = (await control.suspendForJob(host, uuid)).exitCode === 0;
        return;
      case "post-copy":
        progress(`${late}: switching to post-copy`);
        await this.postCopy(means);
    }
  }

  private async converge(means: Means): Promise<void> {
    const { host, uuid, options, progress } = this.of;
    const [job] = this.jobs.slice(-1);
    if (options.postCopy?.when === "after-precopy" && means.postCopy === "possible" && (job?.iterations ?? 0) > 1)
      return this.postCopy(means);
    const measure = measureFor(this.jobs, means);
    if (measure.do === "wait") return;
    this.jobs = this.jobs.slice(-1);
    switch (measure.do) {
      case "raise downtime":
        progress(`passes do not get shorter: allowing a downtime of ${measure.toMs} ms`);
        if ((await control.setMaxDowntime(host, uuid, measure.toMs)).exitCode === 0) means.downtimeMs = measure.toMs;
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
    const { host, uuid } = this.of;
    if ((await control.switchToPostCopy(host, uuid)).exitCode === 0) means.postCopy = "begun";
  }
}
