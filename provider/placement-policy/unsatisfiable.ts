/** Pure: why no assignment was found, in words: the guest, what it needs, and what each host says to it. */
import type { Block, Decidable } from "./blocks";
import { Board } from "./board";
import type { Fleet, Rule, Unsatisfiable } from "./fleet";
import { excludes, remains } from "./goals";
import { inOrder } from "./search";

/** Guests that have to be together and apart: no host can help. */
export function contradictions({ blocks }: Decidable, rules: readonly Rule[]): Unsatisfiable[] {
  const apart = rules.filter(({ kind, strict }) => kind === "apart" && strict);
  return blocks.flatMap(({ goals }) => {
    const names = goals.map(({ guest }) => guest.name);
    return apart.flatMap((rule) => {
      const guests = names.filter((name) => rule.guests.includes(name));
      return guests.length < 2
        ? []
        : [
            {
              guests,
              reason: `${listed(guests)} have to be together by other strict rules, and apart by ${rule.place}`,
            },
          ];
    });
  });
}

/** Guests that no host can take, whatever the others do. */
export function homeless(fleet: Fleet, decidable: Decidable): Unsatisfiable[] {
  const board = new Board(decidable, fleet.rules);
  return decidable.blocks
    .filter(({ options }) => options.length === 0)
    .map((block) => ({
      guests: namesOf(block),
      reason: `${needOf(block)} has no host: ${hostsOf(fleet, block, board)}`,
    }));
}

/** Guests that are left over when the others have found a place. */
export function leftOver(fleet: Fleet, decidable: Decidable, isProven: boolean): Unsatisfiable[] {
  const board = new Board(decidable, fleet.rules);
  const end = isProven
    ? "No assignment suits all guests"
    : "The search was given up, so it is not proven that no assignment suits all guests";
  const left = inOrder(decidable.blocks, board).flatMap((block) => {
    const [option] = block.options
      .filter((one) => board.fits(block, one))
      .sort((one, other) => one.moves - other.moves || board.roomOn(one.host) - board.roomOn(other.host));
    if (option !== undefined) {
      board.put(block, option);
      return [];
    }
    const reason = `${needOf(block)} has no host beside the others: ${hostsOf(fleet, block, board)}. ${end}`;
    return [{ guests: namesOf(block), reason }];
  });
  const all = decidable.blocks.flatMap(namesOf);
  return left.length > 0 ? left : [{ guests: all, reason: `no hosts were found for ${listed(all)}. ${end}` }];
}

const namesOf = ({ goals }: Block) => goals.map(({ guest }) => guest.name);

function needOf({ goals }: Block): string {
  const memoryMiB = goals.reduce((sum, { guest }) => sum + guest.memoryMiB, 0);
  const all = goals.map(({ guest }) => guest.name);
  return all.length === 1
    ? `${listed(all)} (${memoryMiB} MiB)`
    : `the group of ${listed(all)}, which have to be together (${memoryMiB} MiB),`;
}

const hostsOf = ({ hosts, maintenance, rules }: Fleet, block: Block, board: Board): string =>
  hosts.map(({ name }) => `${name} ${whyNot(name, block, board, maintenance, rules)}`).join("; ");

function whyNot(host: string, block: Block, board: Board, maintenance: readonly string[], rules: readonly Rule[]) {
  const { goals } = block;
  if (maintenance.includes(host) && !goals.every(({ guest }) => remains(guest, host))) return "is in maintenance";
  const names = namesOf(block);
  const strict = rules.filter((rule) => rule.strict && rule.guests.some((guest) => names.includes(guest)));
  const against = strict.find((rule) => excludes(rule, host)) ?? board.excluding(block, host);
  if (against?.kind === "apart") return `has a guest that ${against.place} keeps apart from it`;
  if (against !== undefined) return `is excluded by ${against.place}`;
  return `has room for ${Math.max(0, board.roomOn(host))} MiB`;
}

const mostNamed = 12;

export function listed(names: readonly string[]): string {
  if (names.length <= 1) return names.join("");
  const more = names.length > mostNamed ? [`${names.length - mostNamed} more`] : [];
  const all = [...names.slice(0, mostNamed), ...more];
  return `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
