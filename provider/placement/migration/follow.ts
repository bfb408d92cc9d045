/** Watches one migration job on its source until it ends. */
import { pause } from "../../util/pause";
import type { Candidate } from "../candidates";
import type { Jobs, JobView } from "../driver";
import type { DomainName } from "../observation";
import { type Job, progressLine } from "./job";
import type { MigrationLimits } from "./limits";
import { Steering, type Verdict } from "./steering";

export interface Ways {
  progress: (line: string) => void;
  /** No more often than that for figures, in milliseconds. */
  progressEveryMs: number;
  signal: AbortSignal;
  cancelled: AbortSignal;
}

export interface Trip {
  domain: DomainName;
  from: Candidate;
  to: Candidate;
  /** By which it is steered; without them it is only watched, until Ctrl-C. */
  limits: MigrationLimits | undefined;
  jobs: Jobs;
  /** What earlier attempts at the same move have taken. */
  alreadyMs?: number;
  /** Somebody else has begun it, with options of their own. */
  joined: boolean;
}

export interface Followed {
  /** The last look at it; undefined when it had ended before the first. */
  last: Job | undefined;
  /** As the source has recorded it; undefined when nobody has seen its record. */
  tls: boolean | undefined;
  verdict: Verdict | undefined;
  suspended: boolean;
}

const pollMs = 1000;

/**
 * @param ended when the command that this process began the job with has ended. Without it, a look that shows no job
 * is the end.
 * @throws whatever makes looking impossible when there is no `ended`
 */
export async function follow(trip: Trip, ways: Ways, ended?: AbortSignal): Promise<Followed> {
  const { domain, from, to, limits, jobs, joined, alreadyMs = 0 } = trip;
  const way = `migrating ${from.name} => ${to.name}`;
  const progress = (line: string) => ways.progress(`${way}: ${line}`);
  const steering =
    limits && new Steering({ host: from.host, uuid: domain.uuid, limits, jobs, alreadyMs, joined, progress });
  let [last, tls]: [JobView | undefined, boolean | undefined] = [undefined, undefined];
  let toldAt = 0;
  while (!ended?.aborted) {
    const job = await jobs.view(from.host, domain, ways.signal).catch((error: Error) => {
      if (ended) return undefined; // the command's end is what counts
      throw error;
    });
    const isOurs = job?.active && job.operation === "outgoing";
    if (job && !isOurs && !ended) break;
    if (job && isOurs) {
      last = job;
      tls ??= job.tls;
      if (Date.now() - toldAt >= ways.progressEveryMs) {
        toldAt = Date.now();
        progress(progressLine(job));
      }
      await steering?.steer(job, ways.cancelled.aborted).catch(() => {}); // it may have ended meanwhile
    }
    if (!steering && ways.cancelled.aborted) break;
    const early = [ended, ways.cancelled.aborted ? undefined : ways.cancelled].filter((signal) => signal !== undefined);
    await pause(pollMs, ways.signal, ...early);
    ways.signal.throwIfAborted();
  }
  return { last, tls, verdict: steering?.verdict, suspended: steering?.suspended ?? false };
}
