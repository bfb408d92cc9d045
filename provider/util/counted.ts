/** Pure: `1 snapshot`, `2 snapshots`. */
export const counted = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
