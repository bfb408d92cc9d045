/**
 * Waits, unless one of these signals comes first. `AbortSignal.timeout` inside of `AbortSignal.any` would not do: on
 * Node 20, when nothing else holds it, it is collected as garbage before its time, and the wait never ends.
 */
export function pause(ms: number, ...signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    for (const signal of signals) signal.addEventListener("abort", end);
    if (signals.some(({ aborted }) => aborted)) end();
  });
}
