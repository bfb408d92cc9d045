import { deployment } from "../../../bench/fleet/deployment";
import { placementInputs } from "../../../bench/fleet/guest";
import { placementSamples } from "../../../bench/state-size";

const fleet = { hosts: 10, guests: 12, candidates: 8 };
const connections = Array.from({ length: fleet.hosts }, (_, number) => ({ address: `10.0.0.${number}` }));
const { resources } = deployment(fleet, connections, "text of the provider").deployment;
const placements = resources.filter(({ type }) => type.endsWith("kvm:DomainPlacement"));

test("each guest has a UUID and candidates of its own, and is on the first of them", () => {
  const all = Array.from({ length: fleet.guests }, (_, number) => placementInputs(fleet, number, connections));
  expect(new Set(all.map(({ inputs }) => inputs.domain.uuid)).size).toBe(fleet.guests);
  expect(all[11]?.inputs.host).toBe("hv-1");
  expect(Object.keys(all[11]?.inputs.candidates ?? {})).toHaveLength(8);
  for (const { inputs } of all) {
    expect(inputs.domain.definition).toContain(`<name>${inputs.domain.name}</name>`);
    expect(inputs.domain.definition).toContain(inputs.domain.uuid);
  }
});

test("a deployment has each placement once, below its stack and of the provider", () => {
  expect(placements).toHaveLength(fleet.guests);
  expect(new Set(placements.map(({ urn }) => urn)).size).toBe(fleet.guests);
});

test("a placement's parts weigh what they do in inputs and outputs, and no more than the whole", () => {
  const value = (what: string) =>
    placementSamples(placements, 12).find((one) => one.what === what)?.value ?? Number.NaN;
  expect(value("state of a placement: the provider's text")).toBe(2 * JSON.stringify("text of the provider").length);
  const parts = ["definition", "candidates", "the provider's text"].map((part) =>
    value(`state of a placement: ${part}`),
  );
  const sum = parts.reduce((a, b) => a + b, 0);
  expect(sum).toBeLessThan(value("state of a placement"));
  expect(value("state of a placement: definition")).toBeGreaterThan(2 * 2000);
  expect(placementSamples([], 12)).toEqual([]);
});
