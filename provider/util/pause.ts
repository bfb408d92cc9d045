/**
 * Waits until the time is over or one of the signals is aborted. `AbortSignal.timeout` within `AbortSignal.any` is no
 * alternative: Node 20 collects it as garbage when nothing else holds it, and the wait never ends.
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
