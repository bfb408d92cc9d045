import { readLife } from "../../faults/judge";

const count = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`);

test.each<[string, string[]]>([
  [
    "a strange byte in one line, and a line that lacks it",
    [...count(1, 80), "41\n", ...count(82, 438), "39\n", "440\n"],
  ],
  [
    "a misplaced line feed: one line in two, and two in one",
    [...count(1, 80), "\n1\n", ...count(82, 99), "100101\n", "102\n"],
  ],
])("%s", (_, lines) => {
  const log = lines.join("");
  expect(readLife(log, true, true)).toMatchObject({ repeats: 0, gaps: 0, garbage: 0, restarts: 0, torn: 2 });
  expect(readLife(log, true).places).not.toEqual([]);
});

test("a second guest is not taken for torn lines", () => {
  const second = count(1, 40).flatMap((line, index) => (index < 20 ? [line] : [line, `${index - 3}\n`]));
  expect(readLife(second.join(""), true, true).repeats).toBeGreaterThan(5);
  expect(readLife([...count(1, 40), ...count(1, 10)].join(""), true, true).restarts).toBe(1);
  expect(readLife([...count(1, 40), ...count(30, 60)].join(""), true, true).repeats).toBe(1);
});
