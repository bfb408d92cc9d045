/** Pure: moves out of the lines of journals, with the figures that a state keeps of them, and what belongs together. */
import type { MigrationRecord } from "../../placement/migration/record";
import type { HistoryEntry } from "../history/merge";
import type { PlacedGuest } from "../stack/read-state";

export interface Move {
  uuid: string;
  guest: string;
  from: string;
  to: string;
  /** By the clock of the machine that conducted it, in ms since 1970. */
  beganMs: number;
  /** Undefined: nobody has noted its end. */
  endedMs?: number;
  /** Why it failed; undefined for a success, and for one whose end is not noted. */
  failure?: string;
  /** Figures of QEMU; undefined when the state does not have it, or not any more. */
  figures?: Pick<MigrationRecord, "totalTimeMs" | "downtimeMs" | "bytes">;
}

/** Moves away from one host, one after another or at once. */
export interface Drain {
  from: string;
  /** The first that began comes first. */
  moves: Move[];
  beganMs: number;
  /** The end of the last of its moves whose end is noted. */
  endedMs: number;
}

/** The state notes a move when its run has seen both hosts, a little after the journal has its end; in milliseconds. */
const notedWithinMs = 120_000;

/** Moves with a longer pause between them are no longer one drain, in milliseconds. */
const pauseMs = 600_000;

/** @param entries in the order of their times */
export function movesIn(entries: readonly HistoryEntry[], guests: readonly PlacedGuest[]): Move[] {
  const moves: Move[] = [];
  for (const { uuid, guest, at, outcome, move } of entries) {
    const atMs = Date.parse(at);
    if (move === undefined || Number.isNaN(atMs)) continue;
    if (outcome === "begun") {
      moves.push({ uuid, guest, ...move, beganMs: atMs });
      continue;
    }
    const begun = moves.findLast(
      (one) => one.uuid === uuid && one.from === move.from && one.to === move.to && one.endedMs === undefined,
    );
    if (begun === undefined) continue; // its beginning is no longer in the journal
    begun.endedMs = atMs;
    if (outcome !== "done") begun.failure = outcome.replace(/^failed: /, "");
  }
  return moves.map((move) => withFigures(move, guests));
}

function withFigures(move: Move, guests: readonly PlacedGuest[]): Move {
  const { uuid, from, to, beganMs, endedMs, failure } = move;
  if (endedMs === undefined || failure !== undefined) return move;
  const record = guests
    .find((guest) => guest.uuid === uuid)
    ?.history.find((one) => {
      const notedMs = Date.parse(one.recordedAt);
      return one.from === from && one.to === to && notedMs >= beganMs && notedMs <= endedMs + notedWithinMs;
    });
  if (record === undefined) return move;
  const { totalTimeMs, downtimeMs, bytes } = record;
  return { ...move, figures: { totalTimeMs, downtimeMs, bytes } };
}

/** The newest first. */
export function drainsIn(moves: readonly Move[]): Drain[] {
  const drains: Drain[] = [];
  for (const move of [...moves].sort((one, other) => one.beganMs - other.beganMs)) {
    const endMs = move.endedMs ?? move.beganMs;
    const open = drains.findLast((drain) => drain.from === move.from && move.beganMs <= drain.endedMs + pauseMs);
    if (open === undefined) drains.push({ from: move.from, moves: [move], beganMs: move.beganMs, endedMs: endMs });
    else {
      open.moves.push(move);
      open.endedMs = Math.max(open.endedMs, endMs);
    }
  }
  return drains.reverse();
}
