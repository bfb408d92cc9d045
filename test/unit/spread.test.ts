import { spread } from "../spread";

const files = [
  { path: "short", seconds: 1 },
  { path: "long", seconds: 10 },
  { path: "middle", seconds: 6 },
  { path: "other", seconds: 5 },
];

test("every file is in one list, and the lists take alike long", () => {
  expect(spread(files, 2)).toEqual([
    ["long", "short"],
    ["middle", "other"],
  ]);
  expect(spread(files, 1)).toEqual([["long", "middle", "other", "short"]]);
});

test("one that was never recorded counts as the average", () => {
  expect(spread([...files, { path: "new" }], 2)).toEqual([
    ["long", "other"],
    ["middle", "new", "short"],
  ]);
});

test("no list is empty", () => {
  expect(spread(files.slice(0, 1), 2)).toEqual([["short"]]);
});
