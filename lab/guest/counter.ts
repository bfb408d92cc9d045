/** Pure: reads the counter in a guest's serial log. */

export interface CounterReading {
  /** Numbers from the first to the last complete line. */
  numbers: number[];
  /** Places where a number is not one more than the one before: a reboot, a second copy, or a gap. */
  breaks: { after: number; came: number }[];
  /** Complete lines that are not numbers. */
  garbage: string[];
}

export function readCounter(log: string): CounterReading {
  const lines = log.split("\n").slice(0, -1); // what follows the last line feed is still being written
  const garbage = lines.filter((line) => !/^\d+$/.test(line));
  const numbers = lines.filter((line) => /^\d+$/.test(line)).map(Number);
  const breaks = numbers.flatMap((came, index) => {
    const after = index === 0 ? 0 : (numbers[index - 1] ?? 0);
    return came === after + 1 ? [] : [{ after, came }];
  });
  return { numbers, breaks, garbage };
}
