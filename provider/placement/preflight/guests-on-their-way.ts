/**
 * Room on hosts that guests of this run will take, and that no host knows of yet: each finds room there by itself, and not
 * all of them do.
 */
import type { Finding } from "./finding";
import type { MachineFacts } from "./machine-facts";

export interface RoomNeeded {
  /** Undefined: of huge pages, or not known. */
  memoryKiB: number | undefined;
  hugePages?: { sizeKiB: number; count: number } | undefined;
}

export interface ArrivingGuest {
  uuid: string;
  name: string;
  needs: RoomNeeded;
}

type Free = Pick<MachineFacts, "freeKiB" | "freeHugePages" | "residentKiB">;

/** What previews count on, and what updates do: a preview announces guests that an update may never come to. */
const announced = new Map<string, { place: string; guest: ArrivingGuest }>();
const moving = new Map<string, { place: string; guest: ArrivingGuest }>();

/**
 * Takes room on a host, if there is enough; until {@link hasArrived} says that it has been taken, or is not needed.
 *
 * @param host `place` tells machines apart, whatever they are called. @param acts false in a preview
 * @returns what there is not enough of
 */
export function takeRoom(
  host: { place: string; name: string },
  guest: ArrivingGuest,
  free: Free,
  acts: boolean,
): Finding[] {
  const guests = acts ? moving : announced;
  guests.delete(guest.uuid);
  const others = [...guests.values()].flatMap((other) => (other.place === host.place ? [other.guest] : []));
  const found = shortOf(host.name, guest, others, free);
  if (found.length === 0) guests.set(guest.uuid, { place: host.place, guest });
  return found;
}

/** Its host counts it by now, or it stayed away. */
export function hasArrived(uuid: string): void {
  announced.delete(uuid);
  moving.delete(uuid);
}

/** Pure. @param others guests that are on their way to the same host */
export function shortOf(
  hostName: string,
  { name, needs }: ArrivingGuest,
  others: readonly ArrivingGuest[],
  { freeKiB, freeHugePages, residentKiB }: Free,
): Finding[] {
  const { memoryKiB, hugePages } = needs;
  const found: Finding[] = [];
  if (memoryKiB !== undefined && freeKiB !== undefined) {
    const takers = others.filter((other) => stillToCome(other, residentKiB) > 0);
    const takenKiB = sum(takers.map((other) => stillToCome(other, residentKiB)));
    if (memoryKiB > freeKiB - takenKiB)
      found.push({
        code: "memory-short",
        hostName,
        subject: "memory",
        seen: `${hostName} has ${MiB(freeKiB)} MiB of memory free${promised(`${MiB(takenKiB)} MiB`, takers)}, and ${name} has ${MiB(memoryKiB)} MiB.`,
        fix: "Move or end other guests there, or give it less memory; a host that is to give out more than it has is told so by the sysctl vm.overcommit_memory=1.",
      });
  }
  if (hugePages !== undefined) {
    const { sizeKiB, count } = hugePages;
    const pages = freeHugePages.get(sizeKiB) ?? 0;
    const takers = others.filter((other) => other.needs.hugePages?.sizeKiB === sizeKiB);
    const taken = sum(takers.map((other) => other.needs.hugePages?.count ?? 0));
    // A host that has too few for this guest alone lacks a requirement.
    if (count <= pages && count > pages - taken)
      found.push({
        code: "huge-pages-short",
        hostName,
        subject: "memoryBacking hugepages",
        seen: `${hostName} has ${pages} huge pages of ${sizeKiB} KiB free${promised(String(taken), takers)}, and ${name} needs ${count}.`,
        fix: "Reserve more there (sysctl vm.nr_hugepages), or place fewer guests on it.",
      });
  }
  return found;
}

/** One that is arriving has a part of its memory there. */
const stillToCome = ({ uuid, needs }: ArrivingGuest, residentKiB: ReadonlyMap<string, number>): number =>
  Math.max(0, (needs.memoryKiB ?? 0) - (residentKiB.get(uuid) ?? 0));

const promised = (amount: string, takers: readonly ArrivingGuest[]): string =>
  takers.length === 0
    ? ""
    : `, of which ${amount} are for ${takers.map(({ name }) => name).join(", ")} of the same run`;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const MiB = (KiB: number) => Math.floor(KiB / 1024);
