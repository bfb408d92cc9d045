/** The smallest simulated fleet: each guest is found where it runs, and all of it is counted. */
import { fleet } from "../../bench/parts/fleet";
import { smallest } from "../../bench/scale";

test("a simulated fleet is refreshed by the handlers, and what that takes is counted", async () => {
  if (fleet.needsLab) throw new Error("It is for everybody.");
  const samples = await fleet.run({ scale: smallest, report: () => {} });
  const valuesOf = (what: string) => samples.filter((one) => one.what === what).map(({ value }) => value);
  expect(valuesOf("fleet refresh")).toEqual([expect.any(Number)]);
  expect(valuesOf("fleet refresh: connections")).toEqual([3]);
  expect(valuesOf("fleet refresh: commands of a host")).toHaveLength(3);
  for (const count of valuesOf("fleet refresh: commands of a host")) expect(count).toBeGreaterThan(0);
  expect(valuesOf("fleet refresh: bytes")[0]).toBeGreaterThan(10_000);
});
