/** What a create with `adopt` tells, for every resource alike. */
import { z } from "zod";
import type { Adoption } from "../../../provider/lifecycle/adoption";
import { silentOperation } from "../../silent-operation";
import { shells, urnOf } from "./shells";

describe.each(shells)("by the %s", (_, makeHandlers) => {
  const found: Adoption = { what: "the thing on hv-a", differences: [], notes: ["writes /etc/thing"], problems: [] };
  const schema = z.strictObject({ name: z.string(), adopt: z.boolean().optional() });

  function told(adoptions: Adoption[], claims: { property: string; reason: string }[] = []) {
    const said: string[] = [];
    const operation = silentOperation({
      info: (line) => said.push(line),
      warn: (line) => said.push(`warning: ${line}`),
    });
    const looks = jest.fn(async (_: { acts: boolean; isInState: boolean; onlyLooks: boolean }) => adoptions);
    const never = async (): Promise<never> => {
      throw new Error("must not be called");
    };
    const handlers = makeHandlers(
      {
        schema,
        replaceOn: [],
        secrets: [],
        id: ({ name }) => name,
        model: (args) => args,
        observe: never,
        stateOf: () => ({}),
        reconcile: never,
        remove: never,
        claim: async () => claims,
        adoption: looks,
      },
      { operationFor: () => operation, unknownValue: "?" },
    );
    return {
      said,
      looks,
      check: (news: object, olds: object = {}) => handlers.check(olds, { __urn: urnOf("x"), ...news }),
    };
  }

  test("taken over as it is, and what is written", async () => {
    const { said, check, looks } = told([found]);
    expect(await check({ name: "a", adopt: true })).toMatchObject({ failures: [] });
    expect(said).toEqual([
      "Takes over the thing on hv-a as it is: `pulumi up` writes /etc/thing, and nothing else changes there.",
    ]);
    expect(looks.mock.calls[0]?.[0]).toMatchObject({ acts: false, isInState: false, onlyLooks: true });
  });

  test("what would differ, a limited number of lines, and why it would be refused", async () => {
    const differences = Array.from({ length: 20 }, (_, index) => `difference ${index}`);
    const { said, check } = told([{ ...found, differences, problems: ["it is locked"] }]);
    await check({ name: "a", adopt: true });
    const lines = said[0]?.split("\n") ?? [];
    expect(lines[0]).toBe(
      "Takes over the thing on hv-a, which is not as the program has it. `pulumi up` writes /etc/thing, and changes:",
    );
    expect(lines.slice(1)).toEqual([...differences.slice(0, 15), "and 5 more"].map((line) => `  ${line}`));
    expect(said[1]).toBe("warning: As things are now, the thing on hv-a would not be taken over: it is locked");
  });

  test.each<[string, object, object, { property: string; reason: string }[]]>([
    ["without adopt", { name: "a" }, {}, []],
    ["of what is in the state", { name: "a", adopt: true }, { name: "a" }, []],
    ["as long as something is not known", { name: "?", adopt: true }, {}, []],
    ["of what is refused", { name: "a", adopt: true }, {}, [{ property: "name", reason: "no" }]],
  ])("nothing is looked at %s", async (_, news, olds, claims) => {
    const { said, looks, check } = told([found], claims);
    expect(await check(news, olds)).toMatchObject({ failures: claims });
    expect([said, looks.mock.calls]).toEqual([[], []]);
  });
});
