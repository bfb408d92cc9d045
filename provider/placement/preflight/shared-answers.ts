/** Answers of hosts that several guests of one run need, each asked for once in some seconds. */
export class SharedAnswers<T> {
  private readonly kept = new Map<string, { at: number; answer: Promise<T> }>();

  /** @param keptMs how long an answer is good enough */
  constructor(private readonly keptMs = 10_000) {}

  /** An error is nobody's answer but the asker's. */
  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.kept.get(key);
    if (known && Date.now() - known.at < this.keptMs) return known.answer;
    const answer = ask();
    this.kept.set(key, { at: Date.now(), answer });
    answer.catch(() => this.kept.delete(key));
    return answer;
  }
}
