/** When this process has acted on guests: what hosts said of a guest before that is out of date, however young it is. */
const actedAt = new Map<string, number>();

export function hasActedOn(uuid: string): void {
  actedAt.set(uuid, performance.now());
}

/** By `performance.now()`; 0 for never. */
export const actedOnAtMs = (uuid: string): number => actedAt.get(uuid) ?? 0;
