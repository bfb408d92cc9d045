import fc from "fast-check";
import { claim, describeOwner, isOwn, leftTo, parseOwner, printOwner } from "../../../provider/util/owner";

const urn = (stack: string, project: string, type: string, name: string) =>
  `urn:pulumi:${stack}::${project}::pulumi-nodejs:dynamic/kvm:${type}::${name}`;
const self = { urn: urn("dev", "shop", "NfsExport", "images"), uid: "0000000a" };
const claimant = { owner: self, isInState: false, adopt: false };
const renamed = { urn: urn("dev", "shop", "NfsExport", "old"), uid: "0000000b" };
const moved = {
  urn: urn("dev", "shop", "my:Component$pulumi-nodejs:dynamic/kvm:NfsExport", "images"),
  uid: "0000000b",
};
const elsewhere = { urn: urn("prod", "shop", "NfsExport", "images"), uid: "0000000c" };

test("a printed owner is one harmless word, and is parsed again whatever the names are", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }).filter((name) => !/\p{Cs}/u.test(name)),
      (name) => {
        const owner = { urn: urn("dev", "shop", "Host", name), uid: "0123456789abcdef" };
        const text = printOwner(owner);
        expect(text).toMatch(/^[A-Za-z0-9:._/$%#-]+$/);
        expect(parseOwner(text)).toEqual(owner);
      },
    ),
  );
});

test.each([
  "",
  undefined,
  "urn:pulumi:dev#1",
  "web",
  "urn:pulumi:%E0%A4%A#0000000a",
  `urn:pulumi:${"x".repeat(5000)}#0000000a`,
])("%j is no owner", (text) => {
  expect(parseOwner(text)).toBeUndefined();
});

test("what is noted as its own, or by a create that a crash cut off, is gone on with", () => {
  expect(claim("/srv", self, claimant)).toEqual({});
  expect(claim("/srv", { ...self, uid: "0000000d" }, claimant)).toEqual({});
  expect(claim("/srv", { ...renamed, uid: self.uid }, claimant)).toEqual({}); // renamed with an alias, or state moved
});

test.each([renamed, moved])("within a stack it passes over, and that is said", (noted) => {
  const { problem, notice } = claim("/srv", noted, claimant);
  expect(problem).toBeUndefined();
  expect(notice).toMatch(
    /^\/srv passes over from the NfsExport ".*" of the stack "dev" .* to this one: it stays as it is\.$/,
  );
});

test.each([elsewhere, { ...elsewhere, urn: urn("dev", "other", "NfsExport", "images") }])(
  "another stack's or project's is refused, unless adopted",
  (noted) => {
    expect(claim("/srv", noted, claimant).problem).toContain(describeOwner(noted));
    expect(claim("/srv", noted, claimant).problem).toContain("adopt");
    expect(claim("/srv", noted, { ...claimant, isInState: true }).problem).toContain("pulumi state delete");
    expect(claim("/srv", noted, { ...claimant, adopt: true })).toEqual({
      notice: expect.stringContaining("taken over"),
    });
  },
);

test("what an earlier version has made is its, whoever has it in the state", () => {
  expect(claim("/srv", undefined, { ...claimant, isInState: true })).toEqual({});
  expect(claim("/srv", undefined, claimant).problem).toContain("adopt");
  expect(isOwn(undefined, self)).toBe(true);
});

test("only the same making of a resource takes away", () => {
  expect(isOwn(self, self)).toBe(true);
  for (const noted of [renamed, elsewhere, { ...self, uid: "0000000d" }]) expect(isOwn(noted, self)).toBe(false);
  expect(isOwn(self, { ...self, uid: "" })).toBe(false); // a state from before owners were noted
  expect(leftTo("/srv", renamed, self)).toContain('belongs to the NfsExport "old"');
  expect(leftTo("/srv", { ...self, uid: "0000000d" }, self)).toContain("made anew");
});
