import { readCounter } from "../../../lab/guest/counter";

test("an unbroken life", () => {
  expect(readCounter("1\n2\n3\n")).toEqual({ numbers: [1, 2, 3], breaks: [], garbage: [] });
});

test("a line still being written does not count", () => {
  expect(readCounter("1\n2\n1")).toEqual({ numbers: [1, 2], breaks: [], garbage: [] });
});

test.each<[string, string, { after: number; came: number }[]]>([
  ["a reboot", "1\n2\n1\n2\n", [{ after: 2, came: 1 }]],
  ["a gap", "1\n2\n5\n", [{ after: 2, came: 5 }]],
  ["a second copy", "1\n2\n2\n3\n", [{ after: 2, came: 2 }]],
  ["a lost beginning", "7\n8\n", [{ after: 0, came: 7 }]],
])("%s shows", (_, log, breaks) => {
  expect(readCounter(log).breaks).toEqual(breaks);
});

test("lines that are no numbers show", () => {
  expect(readCounter("1\n\0\0\n2\n").garbage).toEqual(["\0\0"]);
});
