import { median, medianOf, type Sample } from "../../../bench/sample";
import { targets, verdicts } from "../../../bench/targets";

test.each([
  [[], undefined],
  [[3], 3],
  [[9, 1, 3], 3],
  [[4, 1, 3, 2], 2.5],
])("the median of %j is %s", (values, expected) => expect(median(values)).toBe(expected));

const refresh = (of: string, guests: number, ...values: number[]): Sample[] =>
  values.map((value) => ({ what: "refresh", of, guests, value, unit: "s" }));

test("a median is of the samples that agree in all that is asked for", () => {
  const samples = [...refresh("ours", 10, 1, 2, 3), ...refresh("ours", 100, 50), ...refresh("floor", 10, 70)];
  expect(medianOf(samples, { what: "refresh", of: "ours", guests: 10 })).toBe(2);
  expect(medianOf(samples, { what: "preview" })).toBeUndefined();
});

const verdictOn = (samples: Sample[], text: string) => verdicts(samples).find((one) => one.text === text);

describe("a target", () => {
  const text = "refresh of 100 placements / floor";

  test("is met by a ratio up to its limit, and missed above", () => {
    const floor = refresh("floor", 100, 2, 2, 8);
    expect(verdictOn([...floor, ...refresh("ours", 100, 3.2)], text)).toMatchObject({ measured: "1.6", met: "yes" });
    expect(verdictOn([...floor, ...refresh("ours", 100, 3.3)], text)).toMatchObject({ measured: "1.65", met: "no" });
  });

  test("is not measured without one of its two sides", () => {
    expect(verdictOn(refresh("ours", 100, 3), text)).toMatchObject({ measured: "", met: "not measured" });
  });

  test("of a maximum is missed by one sample", () => {
    const connections = (value: number): Sample[] => [
      { what: "preview: connections of a host", of: "ours", guests: 10, value, unit: "connections" },
    ];
    const about = "connections in a preview or an `up` without changes";
    expect(verdictOn([...connections(0), ...connections(0)], about)?.met).toBe("yes");
    expect(verdictOn([...connections(0), ...connections(1)], about)?.met).toBe("no");
  });
});

test("each has a text of its own, and is not measured when nothing is", () => {
  expect(new Set(targets.map(({ text }) => text)).size).toBe(targets.length);
  expect(new Set(verdicts([]).map(({ met }) => met))).toEqual(new Set(["not measured"]));
});
