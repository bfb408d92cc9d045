import { plotsOf } from "../../../bench/plots";
import type { Sample } from "../../../bench/sample";
import { niceMaximum, svgOf } from "../../../bench/svg";

test.each([
  [0, 1],
  [0.7, 1],
  [1, 1],
  [1.1, 2],
  [2.2, 2.5],
  [34.7, 50],
  [60, 100],
])("an axis that shows %d ends at %d", (value, end) => expect(niceMaximum(value)).toBeCloseTo(end));

test("a plot is an SVG with each point of each line inside of it, and no markup in its texts", () => {
  const lines = [
    {
      name: "a < b",
      points: [
        [0, 0],
        [10, 5],
      ] as const,
    },
    { name: "c", points: [[10, 1]] as const },
  ];
  const svg = svgOf({ title: "A & B", x: "guests", y: "seconds", lines });
  expect(svg).toContain("A &#38; B");
  expect(svg).toContain("a &#60; b");
  expect(svg.match(/<circle/g)).toHaveLength(3);
  const places = [...svg.matchAll(/cx="([^"]+)" cy="([^"]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
  for (const [x = -1, y = -1] of places) expect(x > 0 && x < 640 && y > 0 && y < 360).toBe(true);
  expect(places[0]).toEqual([64, 312]);
  expect(places[1]?.[0]).toBe(490);
});

const refresh = (of: string, guests: number, value: number): Sample => ({
  what: "refresh",
  of,
  guests,
  value,
  unit: "s",
});

test("what was measured for two numbers of guests or more is drawn, by its median", () => {
  const samples = [refresh("ours", 1, 1), refresh("ours", 10, 4), refresh("ours", 10, 6), refresh("ours", 10, 5)];
  const plots = plotsOf([...samples, refresh("floor", 1, 1), refresh("floor", 10, 2)]);
  expect(Object.keys(plots)).toEqual(["refresh.svg"]);
  expect(plots["refresh.svg"]?.match(/<polyline/g)).toHaveLength(2);
  expect(plots["refresh.svg"]?.match(/<circle/g)).toHaveLength(4);
  expect(plotsOf([refresh("ours", 1, 1)])).toEqual({});
});
