/**
 * How many migrations one host sends and receives at a time. Pulumi runs as many operations as it has CPUs, and
 * migrations that share a link take longer than one after another.
 *
 * A migration waits until both of its hosts have room, and holds neither while it waits: so a swap of two guests, or a
 * ring, cannot block itself. Those of other processes are for `lock/migration-turn.ts`.
 */
export interface Ends {
  from: { key: string; max: number };
  to: { key: string; max: number };
}

interface Waiting extends Ends {
  begin: () => void;
}

export class MigrationSlots {
  private readonly outgoing = new Map<string, number>();
  private readonly incoming = new Map<string, number>();
  private waiting: Waiting[] = [];

  /** @throws the signals' reason when one of them ends the waiting */
  async within<T>(ends: Ends, signal: AbortSignal, onWait: () => void, work: () => Promise<T>): Promise<T> {
    if (this.hasRoom(ends)) this.take(ends, 1);
    else {
      onWait();
      await this.turn(ends, signal);
    }
    try {
      return await work();
    } finally {
      this.take(ends, -1);
      this.beginNext();
    }
  }

  private turn(ends: Ends, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = { ...ends, begin: resolve };
      const leave = () => {
        if (!this.waiting.includes(entry)) return;
        this.waiting = this.waiting.filter((other) => other !== entry);
        reject(signal.reason);
      };
      this.waiting.push(entry);
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
    });
  }

  private hasRoom({ from, to }: Ends): boolean {
    return count(this.outgoing, from.key) < from.max && count(this.incoming, to.key) < to.max;
  }

  private take({ from, to }: Ends, by: 1 | -1): void {
    this.outgoing.set(from.key, count(this.outgoing, from.key) + by);
    this.incoming.set(to.key, count(this.incoming, to.key) + by);
  }

  private beginNext(): void {
    for (const entry of [...this.waiting]) {
      if (!this.hasRoom(entry)) continue;
      this.take(entry, 1);
      this.waiting = this.waiting.filter((other) => other !== entry);
      entry.begin();
    }
  }
}

const count = (of: ReadonlyMap<string, number>, key: string) => of.get(key) ?? 0;
