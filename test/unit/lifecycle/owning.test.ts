/** Which resource something on a host belongs to, as the shell between Pulumi and the handlers knows it. */
import type { Owner } from "../../../provider/util/owner";
import { shells, urnOf } from "./shells";
import { control, handlersBy, type Thing } from "./thing";

describe.each(shells)("by the %s", (_, shell) => {
  const handlersOf = handlersBy(shell);

  describe("which making of a resource it is", () => {
    const owners: (Owner | undefined)[] = [];
    const definition: Partial<Thing> = {
      remove: async ({ owner }) => void owners.push(owner),
      reconcile: async ({ owner, isInState }, { size }) => {
        owners.push(owner);
        expect(isInState).toBe(size === 5);
        return { seen: size };
      },
    };
    beforeEach(() => {
      owners.length = 0;
    });

    test("is new at each create, and the same ever after", async () => {
      const { handlers } = handlersOf(definition, { size: 1 });
      const { outs } = await handlers.create({ ...control, name: "a" });
      const updated = await handlers.update("a", outs, { ...control, name: "a", size: 5 });
      await handlers.delete("a", updated.outs);
      const { outs: replacement } = await handlers.create({ ...control, name: "a" });
      expect(new Set(owners.slice(0, 3).map((owner) => owner?.uid))).toEqual(new Set([outs.__uid]));
      expect(replacement.__uid).not.toBe(outs.__uid);
      expect(await handlers.read("a", outs)).toMatchObject({ props: { __uid: outs.__uid } });
      expect((await handlers.read("a", outs)).inputs).not.toHaveProperty("__uid");
    });

    test("begins with the first update where an earlier version has made it", async () => {
      const { handlers } = handlersOf(definition);
      const { outs } = await handlers.update("a", { ...control, name: "a" }, { ...control, name: "a", size: 5 });
      expect(outs.__uid).toMatch(/^[0-9a-f]{16}$/);
    });

    test("is reason enough for an update, where hosts can tell whose it is", async () => {
      const olds = { ...control, name: "a", size: 1 };
      const noted = handlersOf({ claim: async () => [] }).handlers;
      expect(await noted.diff("a", olds, olds)).toMatchObject({ changes: true, replaces: [] });
      expect(await noted.diff("a", { ...olds, __uid: "0123456789abcdef" }, olds)).toMatchObject({ changes: false });
      expect(await handlersOf().handlers.diff("a", olds, olds)).toMatchObject({ changes: false });
    });
  });

  describe("things that no two resources can have", () => {
    const things: Thing["things"] = ({ name }) => [{ property: "name", thing: `the thing ${name}` }];
    const other = { ...control, __urn: urnOf("y") };

    test("are refused to the second resource that wants them", async () => {
      const { handlers } = handlersOf({ things });
      expect(await handlers.check({}, { ...control, name: "a" })).toMatchObject({ failures: [] });
      expect(await handlers.check({}, { ...control, name: "a" })).toMatchObject({ failures: [] });
      expect(await handlers.check({}, { ...other, name: "b" })).toMatchObject({ failures: [] });
      expect(await handlers.check({}, { ...other, name: "a" })).toMatchObject({
        failures: [{ property: "name", reason: expect.stringContaining(`wanted by ${urnOf("x")} too`) }],
      });
    });

    test("are not taken away before they are replaced", async () => {
      const { handlers, world } = handlersOf({ things }, { size: 1 });
      await handlers.check({}, { ...control, name: "a" });
      await handlers.delete("a", { ...control, name: "a" });
      expect(world.size).toBe(1);
      await handlers.delete("b", { ...control, name: "b" });
      expect(world.size).toBeUndefined();
    });
  });

  describe("what a create finds on its hosts", () => {
    const found = { property: "name", reason: "belongs to another" };

    test("is told in the preview, before anything is touched, and only of a create", async () => {
      const { handlers } = handlersOf({ claim: async () => [found] });
      expect(await handlers.check({}, { ...control, name: "a" })).toMatchObject({ failures: [found] });
      expect(await handlers.check({ ...control, name: "a" }, { ...control, name: "a" })).toMatchObject({
        failures: [],
      });
      expect(await handlers.check({}, { ...control, name: "?" })).toMatchObject({ failures: [] });
    });
  });
});
