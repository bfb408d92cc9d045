/** The one door to cockatiel. */
import {
  bulkhead,
  ConstantBackoff,
  handleWhen,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from "cockatiel";

/** How often to try, and for how long. */
export interface RetryOptions {
  /** Pause between two tries, in milliseconds. */
  everyMs: number;
  /** Time after which the last error is thrown, in milliseconds. */
  timeoutMs: number;
  /** Ends the waiting early. */
  signal?: AbortSignal;
  /** Which errors to try again after; all by default. */
  after?: (error: Error) => boolean;
}

/**
 * Calls `attempt` until it stops throwing.
 *
 * @throws whatever the last try threw, once `timeoutMs` is over
 */
export async function retryUntil<T>(attempt: (signal: AbortSignal) => Promise<T>, options: RetryOptions): Promise<T> {
  const { after = () => true } = options;
  let lastError: unknown;
  const policy = wrap(
    timeout(options.timeoutMs, TimeoutStrategy.Aggressive),
    retry(handleWhen(after), { maxAttempts: Number.MAX_SAFE_INTEGER, backoff: new ConstantBackoff(options.everyMs) }),
  );
  try {
    return await policy.execute(async ({ signal }) => {
      signal.throwIfAborted(); // the policy tries once more after the pause in which the time ran out
      try {
        return await attempt(signal);
      } catch (error) {
        lastError = error;
        throw error;
      }
    }, options.signal);
  } catch (error) {
    if (error instanceof TaskCancelledError && lastError !== undefined) throw lastError;
    throw error;
  }
}

/** @returns a function that runs what it is given, `limit` at a time; the rest waits in order */
export function limitConcurrency(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const policy = bulkhead(limit, Number.MAX_SAFE_INTEGER);
  return (work) => policy.execute(work);
}

/** Whether {@link retryUntil} ran out of time before its first try had an answer. */
export const isOutOfTime = (error: unknown): boolean => error instanceof TaskCancelledError;
