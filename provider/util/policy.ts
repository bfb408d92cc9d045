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

/** Interval and limit of retries. */
export interface RetryOptions {
  /** Pause between two attempts, in milliseconds. */
  everyMs: number;
  /** Time after which the last error is thrown, in milliseconds. */
  timeoutMs: number;
  /** Stops waiting early. */
  signal?: AbortSignal;
  /** Errors to retry after. @default all */
  after?: (error: Error) => boolean;
}

/**
 * Calls `attempt` until it stops throwing.
 *
 * @throws the error of the last attempt, once `timeoutMs` is over
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

/** @returns a function that runs at most `limit` works at a time; the others wait in order */
export function limitConcurrency(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const policy = bulkhead(limit, Number.MAX_SAFE_INTEGER);
  return (work) => policy.execute(work);
}

/** True for the error of {@link retryUntil} when the time was over before its first attempt had ended. */
export const isOutOfTime = (error: unknown): boolean => error instanceof TaskCancelledError;
