/**
 * What one operation has just been told by a host, for others of the same process. How old such an answer may be is said
 * here and nowhere else.
 */
export const maximumAgeMs = {
  /** Of a host's domains, for who only looks: a refresh tells of the time that it takes. Whoever acts asks the host itself. */
  domains: 120_000,
  /** Of a machine: its memory, certificates, ports. */
  machine: 10_000,
};

interface Kept<T> {
  /** As all moments here by `performance.now()`. */
  askedAtMs: number;
  answer: Promise<T>;
}

export class SharedAnswers<T> {
  /** Each with the oldest first. */
  private readonly kept = new Map<string, Kept<T>[]>();

  constructor(private readonly maximumMs: number) {}

  /**
   * The oldest answer that is young enough: who has to look a second time finds the one that others have asked for.
   * An error is an answer to nobody but those who wait for it.
   *
   * @param newerThanMs what was asked before this moment will not do
   */
  get(key: string, ask: () => Promise<T>, newerThanMs = 0): Promise<T> {
    const askedAtMs = performance.now();
    const oldest = Math.max(askedAtMs - this.maximumMs, begunAtMs);
    const kept = (this.kept.get(key) ?? []).filter((one) => one.askedAtMs >= oldest);
    const known = kept.find((one) => one.askedAtMs >= newerThanMs);
    if (known) return known.answer;
    const asked = { askedAtMs, answer: ask() };
    this.kept.set(key, [...kept, asked]);
    const forget = () => void this.kept.set(key, this.kept.get(key)?.filter((one) => one !== asked) ?? []);
    asked.answer.catch(forget);
    return asked.answer;
  }
}

let begunAtMs = 0;

/** As in a new process. */
export function forgetSharedAnswers(): void {
  begunAtMs = performance.now();
}
