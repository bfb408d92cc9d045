/** Pure: the journals of several hosts as one. */
import type { JournalEntry } from "../../placement/lock/read-journals";

export interface HistoryEntry extends JournalEntry {
  /** Names of the hosts that have this line: a move is noted on both. */
  hosts: string[];
}

/** In the order of their times; those of different machines are as right as their clocks. */
export function merged(journals: readonly { name: string; entries: readonly JournalEntry[] }[]): HistoryEntry[] {
  const known = new Map<string, HistoryEntry>();
  for (const { name, entries } of journals)
    for (const entry of entries) {
      const key = JSON.stringify([entry.at, entry.uuid, entry.who, entry.guest, entry.step, entry.outcome]);
      const same = known.get(key);
      if (same) same.hosts.push(name);
      else known.set(key, { ...entry, hosts: [name] });
    }
  const timeOf = ({ at }: HistoryEntry) => Date.parse(at) || 0;
  return [...known.values()].sort((one, other) => timeOf(one) - timeOf(other));
}

/** By its name or its UUID. */
export const isOf = (guest: string, { guest: name, uuid }: JournalEntry): boolean => guest === name || guest === uuid;
