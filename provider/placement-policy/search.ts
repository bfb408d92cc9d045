/** Pure: hosts for what is open, with the fewest moves; branch and bound, within a bound of steps. */
import type { Block, Decidable, HostOption } from "./blocks";
import { Board } from "./board";
import type { Rule } from "./fleet";

export interface SearchResult {
  /** By block; undefined when there is none, or none was found. */
  choice: ReadonlyMap<Block, HostOption> | undefined;
  /** Whether all possibilities have been gone through. */
  isWhole: boolean;
  isFewest: boolean;
}

/** Options that are looked at before the search is given up: about a second, and enough for two ways through any fleet. */
const patienceFor = (blocks: readonly Block[]) =>
  Math.max(3_000_000, 2 * blocks.reduce((sum, { options }) => sum + options.length, 0));

/** Most room first spreads guests; least room first finds a place for all where there is hardly any. */
const orders = [1, -1] as const;

export function search(
  decidable: Decidable,
  rules: readonly Rule[],
  steps = patienceFor(decidable.blocks),
): SearchResult {
  const spread = searchBy(decidable, rules, steps, orders[0]);
  return spread.choice !== undefined || spread.isWhole ? spread : searchBy(decidable, rules, steps, orders[1]);
}

interface Candidate {
  option: HostOption;
  /** What it adds to the cost. */
  more: number;
  room: number;
}

/** A block on the way down, and where it has been put. */
interface Level {
  cost: number;
  candidates: Iterator<Candidate>;
  option?: HostOption;
}

function searchBy(decidable: Decidable, rules: readonly Rule[], patience: number, order: 1 | -1): SearchResult {
  const board = new Board(decidable, rules);
  const blocks = inOrder(decidable.blocks, board);
  const weigh = weights(blocks, rules);
  const least = leastCosts(blocks, weigh);
  const levels: Level[] = [];
  let [best, left, cheapest] = [undefined as HostOption[] | undefined, patience, Number.POSITIVE_INFINITY];

  function descend(cost: number): void {
    if (cost + (least[levels.length] ?? 0) >= cheapest) return;
    const block = blocks[levels.length];
    if (block === undefined) {
      [best, cheapest] = [levels.flatMap(({ option }) => option ?? []), cost];
      return;
    }
    left -= block.options.length;
    levels.push({ cost, candidates: inTurn(candidatesFor(block), order) });
  }

  function candidatesFor(block: Block): Candidate[] {
    return block.options
      .filter((option) => board.fits(block, option))
      .map((option) => ({
        option,
        more: weigh(option) + board.dislikes(block, option.host),
        room: board.roomOn(option.host) - option.arrivingMiB,
      }));
  }

  descend(0);
  for (let level = levels.at(-1); level !== undefined && left >= 0; level = levels.at(-1)) {
    const block = blocks[levels.length - 1] as Block;
    if (level.option) board.take(block, level.option);
    const { value: next, done } = level.candidates.next();
    if (done) {
      levels.pop();
      continue;
    }
    level.option = next.option;
    board.put(block, next.option);
    descend(level.cost + next.more);
  }
  const isWhole = left >= 0;
  const choice = best && new Map(best.map((option, index) => [blocks[index] as Block, option]));
  return { choice, isWhole, isFewest: isWhole || weigh.moves(cheapest) === weigh.moves(least[0] ?? 0) };
}

/** Sorted, as far as anybody asks: mostly the first one is taken. */
function* inTurn(candidates: readonly Candidate[], order: 1 | -1): Generator<Candidate> {
  const compare = (one: Candidate, other: Candidate) => one.more - other.more || order * (other.room - one.room);
  let [least] = candidates;
  if (least === undefined) return;
  for (const one of candidates) if (compare(one, least) < 0) least = one;
  yield least;
  yield* candidates.filter((one) => one !== least).sort(compare);
}

/** Those with the fewest possibilities and the most rules, then the largest. */
export function inOrder(blocks: readonly Block[], board: Board): Block[] {
  const keys = new Map(
    blocks.map((block) => {
      const memoryMiB = block.goals.reduce((sum, { guest }) => sum + guest.memoryMiB, 0);
      return [block, [block.options.length, -board.tieCount(block), -memoryMiB]] as const;
    }),
  );
  const compare = (one: readonly number[] = [], other: readonly number[] = []) =>
    one.map((key, index) => key - (other[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
  return [...blocks].sort((one, other) => compare(keys.get(one), keys.get(other)));
}

/** One number for each option: a move weighs more than all wishes, and a wish to come home more than all preferences. */
function weights(blocks: readonly Block[], rules: readonly Rule[]) {
  const guests = blocks.reduce((sum, { goals }) => sum + goals.length, 0);
  const wish = 1 + rules.reduce((sum, rule) => sum + rule.guests.length, 0);
  const move = wish * (guests + 1);
  const weigh = ({ moves, unmet, disliked }: HostOption) => moves * move + unmet * wish + disliked;
  return Object.assign(weigh, { moves: (cost: number) => Math.floor(cost / move) });
}

/** The least that the blocks from each one on can cost. */
function leastCosts(blocks: readonly Block[], weigh: (option: HostOption) => number): number[] {
  let sum = 0;
  const backwards = [...blocks].reverse().map(({ options }) => {
    sum += options.reduce((cheapest, option) => Math.min(cheapest, weigh(option)), Number.POSITIVE_INFINITY);
    return sum;
  });
  return [...backwards.reverse(), 0];
}
