import { type GuestObservation, readLife } from "../../faults/guest-observation";
import type { Findings } from "../../faults/record";
import { verdict } from "../../faults/verdict";

const on = (qemus: GuestObservation["qemus"]): GuestObservation => ({ qemus, libvirt: {} });
const arrived = on({ "hv-a": 0, "hv-b": 1 });
const good: Findings = {
  firstUp: { ended: "error" },
  mended: on({ "hv-a": 1, "hv-b": 0 }),
  refresh: { ended: "changed", host: "hv-a", state: "running" },
  nextUp: { ended: "updated" },
  again: { refresh: { ended: "unchanged" }, up: { ended: "unchanged" } },
  end: arrived,
  life: readLife("1\n2\n3\n", true),
};
const kinds = (changes: Partial<Findings>, unreachable?: "source", endsGuest?: string) =>
  verdict({ ...good, ...changes }, unreachable ? { unreachable } : {}, endsGuest).map(({ kind }) => kind);

test("a good cell has no problem", () => expect(kinds({})).toEqual([]));

test.each<[string, string, string[]]>([
  ["numbers written again", "1\n2\n3\n2\n3\n", ["doubled"]],
  ["a start from 1", "1\n2\n1\n2\n", ["lost"]],
  ["missing numbers", "1\n2\n5\n", ["lost"]],
  ["a line that is no number", "1\n2\n\0x\n3\n", ["lost"]],
])("%s", (_, log, expected) => expect(kinds({ life: readLife(log, true) })).toEqual(expected));

test("a start from 1 is fine once, where the fault itself ended the guest", () => {
  expect(kinds({ life: readLife("1\n2\n1\n", true) }, undefined, "lost its power")).toEqual([]);
  expect(kinds({ life: readLife("1\n2\n1\n1\n", true) }, undefined, "lost its power")).toEqual(["lost"]);
});

test("half a line of a guest that was killed is no number", () => {
  expect(readLife("7\n8\n91\n2\n3\n", true)).toMatchObject({ restarts: 1, repeats: 0 });
  expect(readLife("842\n843\n81\n2\n3\n", true)).toMatchObject({ restarts: 1, repeats: 0 });
  expect(readLife("842\n843\n81\n82\n", true)).toMatchObject({ restarts: 0, repeats: 1 });
  expect(readLife("842\n843\n71\n2\n", true)).toMatchObject({ repeats: 2 });
});

test("it must count on, and run once", () => {
  expect(kinds({ life: readLife("1\n", false) })).toEqual(["lost"]);
  expect(kinds({ end: on({ "hv-a": 1, "hv-b": 1 }) })).toEqual(["doubled", "not converged"]);
});

test("a refresh must not say what is not so; an error says nothing", () => {
  expect(kinds({ refresh: { ended: "gone" } })).toEqual(["misreported"]);
  expect(kinds({ refresh: { ended: "changed", host: "hv-b", state: "running" } })).toEqual(["misreported"]);
  expect(kinds({ refresh: { ended: "changed", host: "hv-a", state: "shut off" } })).toEqual(["misreported"]);
  expect(kinds({ refresh: { ended: "error" } })).toEqual([]);
});

test("an unreachable host must be an error, for refresh and for up", () => {
  const seen = on({ "hv-a": "unreachable", "hv-b": 0 });
  const standing = { seen, refresh: { ended: "gone" }, up: { ended: "updated" } };
  expect(kinds({ standing }, "source")).toEqual(["misreported", "misreported"]);
});

test("the next up must do it, and leave nothing to do", () => {
  expect(kinds({ nextUp: { ended: "error" } })).toEqual(["not converged"]);
  expect(kinds({ again: { refresh: { ended: "changed" }, up: { ended: "updated" } } })).toHaveLength(2);
});

test("a host whose libvirt is silent must be an error, also for up with it fenced", () => {
  const seen = on({ "hv-a": 1, "hv-b": 0 });
  const error = { ended: "error" } as const;
  const judged = (standing: Partial<NonNullable<Findings["standing"]>>) =>
    verdict({ ...good, standing: { seen, refresh: error, up: error, ...standing } }, { silent: "source" }, undefined);
  expect(judged({})).toEqual([]);
  expect(judged({ refresh: { ended: "unchanged" } }).map(({ kind }) => kind)).toEqual(["misreported"]);
  expect(judged({ up: { ended: "updated" } })).toEqual([
    { kind: "misreported", what: "the source was silent, and up said updated" },
  ]);
});
