import { setMaxListeners } from "node:events";

/** A signal that is aborted with the first of these, without a limit of listeners. */
export function anySignal(...signals: AbortSignal[]): AbortSignal {
  const any = AbortSignal.any(signals);
  setMaxListeners(0, any);
  return any;
}

/**
 * Work with a time limit: the signal that it gets is aborted with `timedOut()` when the time is over, and with the reason
 * of `signal` before.
 */
export async function withDeadline<T>(
  { timeoutMs, signal, timedOut }: { timeoutMs: number; signal?: AbortSignal | undefined; timedOut: () => Error },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const onAbort = () => deadline.abort(signal?.reason);
  const timer = setTimeout(() => deadline.abort(timedOut()), timeoutMs);
  signal?.addEventListener("abort", onAbort);
  if (signal?.aborted) onAbort();
  try {
    return await work(deadline.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Waits for a promise until the signal is aborted. @throws the signal's reason */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
  });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener("abort", onAbort));
}
