import { difference } from "../../../provider/lifecycle/diff";

const rules = { inputs: ["host", "path", "options"], replaceOn: ["path"], unknownValue: "?" };
const olds = { host: "a", path: "/srv", options: { rw: true }, state: "seen", __provider: "text" };

test.each<[string, Record<string, unknown>, ReturnType<typeof difference>]>([
  ["nothing", {}, { changes: false, replaces: [], deleteBeforeReplace: false }],
  ["an input, for Pulumi to show", { host: "b" }, { replaces: [], deleteBeforeReplace: false }],
  ["an input within another", { options: { rw: false } }, { replaces: [], deleteBeforeReplace: false }],
  ["an input that goes away", { options: undefined }, { replaces: [], deleteBeforeReplace: false }],
  ["an input that cannot change in place", { path: "/new" }, { replaces: ["path"], deleteBeforeReplace: true }],
  [
    "an input to a value that is not known yet, which may be the old one",
    { path: "?" },
    { replaces: [], deleteBeforeReplace: false },
  ],
  ["the text of the provider", { __provider: "new" }, { changes: true, replaces: [], deleteBeforeReplace: false }],
  [
    "an output, which is none of the user's inputs",
    { state: "other" },
    { changes: false, replaces: [], deleteBeforeReplace: false },
  ],
])("a change of %s", (_, changed, expected) => {
  expect(difference(olds, { ...olds, ...changed }, rules)).toEqual(expected);
});

test("undone steps are a change, though a refresh has cleared Pulumi's own mark", () => {
  expect(difference({ ...olds, pendingSteps: ["undefine on a"] }, olds, rules).changes).toBe(true);
  expect(difference({ ...olds, pendingSteps: [] }, olds, rules).changes).toBe(false);
});

test("null and absent are the same, as in the state", () => {
  expect(difference({ ...olds, options: null }, { ...olds, options: undefined }, rules).changes).toBe(false);
});
