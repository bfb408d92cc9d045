import { spread } from "../spread";

const files = [
  { path: "small", size: 1 },
  { path: "large", size: 10 },
  { path: "middle", size: 6 },
  { path: "other", size: 5 },
];

test("every file is in one list, and the lists weigh alike", () => {
  expect(spread(files, 2)).toEqual([
    ["large", "small"],
    ["middle", "other"],
  ]);
  expect(spread(files, 1)).toEqual([["large", "middle", "other", "small"]]);
});

test("no list is empty", () => {
  expect(spread(files.slice(0, 1), 2)).toEqual([["small"]]);
});
