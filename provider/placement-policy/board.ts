/** Guests on hosts while a decision is being made: room, and what rules about each other say of the next one. */
import type { Block, Decidable, HostOption } from "./blocks";
import type { Rule } from "./fleet";

/** What a rule says of guests that are on one host. */
interface Tie {
  rule: Rule;
  /** How many of its guests are on each host by now. */
  counts: Map<string, number>;
}

export class Board {
  private readonly room: Map<string, number>;
  private readonly ties: ReadonlyMap<string, readonly Tie[]>;
  /** Rules about each other that guests of a block have, and how many of its guests each one names. */
  private readonly tiesOfBlock = new Map<Block, Map<Tie, number>>();

  constructor({ blocks, fixed, roomMiB }: Decidable, rules: readonly Rule[]) {
    this.room = new Map(roomMiB);
    this.ties = tiesOf(rules, fixed);
    for (const block of blocks) {
      const named = new Map<Tie, number>();
      for (const { guest } of block.goals)
        for (const tie of this.ties.get(guest.name) ?? []) named.set(tie, (named.get(tie) ?? 0) + 1);
      this.tiesOfBlock.set(block, named);
    }
  }

  roomOn(host: string): number {
    return this.room.get(host) ?? 0;
  }

  tieCount(block: Block): number {
    return this.named(block).size;
  }

  /** A strict rule that keeps a block off a host, because of guests that are there. */
  excluding(block: Block, host: string): Rule | undefined {
    for (const { rule, counts } of this.named(block).keys())
      if (rule.strict && (counts.get(host) ?? 0) > 0) return rule;
    return undefined;
  }

  fits(block: Block, { host, arrivingMiB }: HostOption): boolean {
    return (arrivingMiB === 0 || arrivingMiB <= this.roomOn(host)) && this.excluding(block, host) === undefined;
  }

  /** How many more preferences about each other it would break there. */
  dislikes(block: Block, host: string): number {
    let broken = 0;
    for (const [{ rule, counts }, members] of this.named(block)) {
      if (rule.strict) continue;
      const isThere = counts.has(host);
      if (rule.kind === "apart") broken += isThere ? members : members - 1;
      else broken += Number(!isThere && counts.size > 0);
    }
    return broken;
  }

  put(block: Block, option: HostOption): void {
    this.count(block, option, 1);
  }

  /** Takes it away again. */
  take(block: Block, option: HostOption): void {
    this.count(block, option, -1);
  }

  private named(block: Block): ReadonlyMap<Tie, number> {
    return this.tiesOfBlock.get(block) ?? none;
  }

  private count(block: Block, { host, arrivingMiB }: HostOption, sign: 1 | -1): void {
    this.room.set(host, this.roomOn(host) - sign * arrivingMiB);
    for (const [{ counts }, members] of this.named(block)) {
      const there = (counts.get(host) ?? 0) + sign * members;
      if (there > 0) counts.set(host, there);
      else counts.delete(host);
    }
  }
}

const none: ReadonlyMap<Tie, number> = new Map();

/** Strict rules of guests that belong together are none here: those guests are one block. */
function tiesOf(rules: readonly Rule[], fixed: ReadonlyMap<string, string>): Map<string, Tie[]> {
  const ties = new Map<string, Tie[]>();
  for (const rule of rules.filter(({ kind, strict }) => kind === "apart" || (kind === "together" && !strict))) {
    const tie: Tie = { rule, counts: new Map() };
    for (const guest of rule.guests) {
      ties.set(guest, [...(ties.get(guest) ?? []), tie]);
      const host = fixed.get(guest);
      if (host !== undefined) tie.counts.set(host, (tie.counts.get(host) ?? 0) + 1);
    }
  }
  return ties;
}
