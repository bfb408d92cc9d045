import { z } from "zod";
import { Cancellation } from "../../../provider/lifecycle/cancellation";
import { Cancelled, Refused } from "../../../provider/lifecycle/errors";
import type { Operation } from "../../../provider/util/operation";
import { silentOperation } from "../../silent-operation";
import { shells, urnOf } from "./shells";
import { type Args, context, control, handlersBy, type State } from "./thing";

describe.each(shells)("by the %s", (_, makeHandlers) => {
  const handlersOf = handlersBy(makeHandlers);

  test("outputs hold the inputs as the user wrote them, what was seen, and what the next operation needs", async () => {
    const { handlers, world, urns } = handlersOf();
    expect(await handlers.create({ ...control, name: "a" })).toEqual({
      id: "a",
      outs: { ...control, __uid: expect.stringMatching(/^[0-9a-f]{16}$/), name: "a", seen: 1 },
    });
    expect(world.size).toBe(1);
    expect(urns).toContain(urnOf("x"));
    expect(await handlers.update("a", {}, { ...control, name: "a", size: 5 })).toEqual({
      outs: { ...control, __uid: expect.any(String), name: "a", size: 5, seen: 5 },
    });
  });

  test("read returns inputs too, as the hosts have them", async () => {
    const inputsOf = (args: { name: string; size: number }, { seen }: State) => ({ ...args, size: seen });
    const { handlers } = handlersOf({ inputsOf }, { size: 9 });
    expect(await handlers.read("a", { ...control, name: "a", size: 5, seen: 5 })).toEqual({
      id: "a",
      props: { ...control, name: "a", size: 9, seen: 9 },
      inputs: { ...control, name: "a", size: 9 },
    });
  });

  test("read of what all hosts say is not there is nothing; an error stays an error", async () => {
    expect(await handlersOf().handlers.read("a", { ...control, name: "a" })).toEqual({});
    const unreachable = async () => {
      throw new Error("cannot be reached");
    };
    const { handlers } = handlersOf({ observe: unreachable });
    await expect(handlers.read("a", { ...control, name: "a" })).rejects.toThrow("cannot be reached");
  });

  test("a failure keeps id, what is true, what is to be done, and the provider's text", async () => {
    const { handlers, world } = handlersOf({
      reconcile: async () => {
        world.size = 2;
        throw new Error("Moved, but b is not clean.\nMore about it.");
      },
    });
    await expect(handlers.create({ ...control, name: "a" })).rejects.toMatchObject({
      id: "a",
      properties: { ...control, name: "a", seen: 2, pendingSteps: ["Moved, but b is not clean."] },
      reasons: ["Moved, but b is not clean.\nMore about it."],
    });
  });

  test("what was cancelled keeps what was reached, and looking at that is not cancelled", async () => {
    const cancellation = new Cancellation();
    const world: { size?: number } = {};
    const { definition } = handlersOf(
      {
        observe: async ({ cancelled }) => {
          cancelled.throwIfAborted();
          return world.size === undefined ? undefined : { seen: world.size };
        },
        reconcile: async ({ cancelled }) => {
          world.size = 2;
          cancellation.cancel();
          cancelled.throwIfAborted();
          return { seen: 3 };
        },
      },
      world,
    );
    const operationFor = () => silentOperation({ cancelled: cancellation.signal });
    const handlers = makeHandlers(definition, { operationFor, unknownValue: "?" });
    const said = new Cancelled().message;
    await expect(
      handlers.update("a", { ...control, name: "a", seen: 1 }, { ...control, name: "a" }),
    ).rejects.toMatchObject({
      id: "a",
      properties: { ...control, name: "a", seen: 2, pendingSteps: [said] },
      reasons: [said],
    });
  });

  test.each([
    ["a refusal", new Refused("Taken by another.")],
    ["a failure that left nothing", new Error("No room.")],
  ])("%s on create keeps nothing", async (_, error) => {
    const { handlers } = handlersOf({ reconcile: async () => Promise.reject(error) });
    const thrown = await handlers.create({ ...control, name: "a" }).catch((caught: unknown) => caught);
    expect(thrown).toBe(error);
    expect(thrown).not.toHaveProperty("properties");
  });

  test("a refusal leaves the state as it was, whatever is there: it may be another's", async () => {
    const refused = new Refused("Taken by another.");
    const { handlers } = handlersOf({ reconcile: async () => Promise.reject(refused) }, { size: 3 });
    for (const attempt of [
      handlers.create({ ...control, name: "a" }),
      handlers.update("a", {}, { ...control, name: "a" }),
    ])
      expect(await attempt.catch((caught: unknown) => caught)).not.toHaveProperty("properties");
  });

  test("a failure after which nobody can look keeps what was wanted, for a refresh to find out", async () => {
    let broken = false;
    const { handlers } = handlersOf({
      observe: async () => (broken ? Promise.reject(new Error("cannot be reached")) : undefined),
      reconcile: async () => {
        broken = true;
        throw new Error("The connection was lost.");
      },
    });
    await expect(handlers.create({ ...control, name: "a" })).rejects.toMatchObject({
      id: "a",
      properties: { ...control, name: "a", pendingSteps: ["The connection was lost."] },
    });
  });

  test("a default is written into the inputs", async () => {
    expect(await handlersOf().handlers.check({}, { ...control, name: "a" })).toEqual({
      inputs: { ...control, name: "a", size: 1 },
      failures: [],
    });
  });

  test("so is a default within an object, or it would show as a change for ever", async () => {
    const nested = z.strictObject({
      name: z.string(),
      how: z.strictObject({ fast: z.boolean().default(true) }).optional(),
    });
    const definition = { ...handlersOf().definition, schema: nested, reconcile: async () => ({ seen: 1 }) };
    const handlers = makeHandlers(definition as never, { operationFor: () => context, unknownValue: "?" });
    const { inputs } = await handlers.check({}, { ...control, name: "a", how: {} });
    const { outs } = await handlers.create(inputs);
    expect(await handlers.diff("a", outs, inputs)).toMatchObject({ changes: false });
  });

  test("what follows from inputs is unknown as long as they are", async () => {
    const { handlers } = handlersOf({ derived: { keys: ["size"], from: ({ name }) => ({ size: name.length }) } });
    expect((await handlers.check({}, { ...control, name: "abc" })).inputs).toMatchObject({ size: 3 });
    expect((await handlers.check({}, { ...control, name: "?" })).inputs).toMatchObject({ size: "?" });
  });

  test("an objection is about a change, not about what is new", async () => {
    const objections = (olds: { name: string }, news: { name: string }) =>
      olds.name === news.name ? [] : [{ property: "name", reason: "is another one" }];
    const { handlers } = handlersOf({ objections });
    expect((await handlers.check({}, { name: "b" })).failures).toEqual([]);
    expect((await handlers.check({ name: "a" }, { name: "b" })).failures).toHaveLength(1);
  });

  test("a preview tells what a change means, and what is to be repaired", async () => {
    const told: string[] = [];
    const speaking: Operation = { ...context, info: (line) => void told.push(line) };
    const { definition } = handlersOf({
      announce: async ({ info }, { size }, changed) => info(`${changed} becomes ${size}`),
    });
    const handlers = makeHandlers(definition, { operationFor: () => speaking, unknownValue: "?" });
    await handlers.diff(
      "a",
      { ...control, name: "a", size: 1, drift: ["one is missing"] },
      { ...control, name: "a", size: 2 },
    );
    expect(told).toEqual(["Will be repaired: one is missing", "size becomes 2"]);
  });

  test("undone steps outlive a read", async () => {
    const { handlers } = handlersOf({}, { size: 1 });
    const { props } = await handlers.read("a", { ...control, name: "a", pendingSteps: ["undefine on b"] });
    expect(props).toMatchObject({ pendingSteps: ["undefine on b"] });
  });

  test("check hands inputs on untouched and names problems", async () => {
    const { handlers } = handlersOf();
    const news = { ...control, name: 5 };
    expect(await handlers.check({}, news)).toEqual({
      inputs: news,
      failures: [{ property: "name", reason: expect.stringMatching(/^5 /) }],
    });
  });

  test("a model is made once per operation, and what was observed is handed on", async () => {
    const models: Args[] = [];
    const handed: unknown[] = [];
    const { handlers } = handlersOf(
      {
        model: (args) => {
          models.push(args);
          return args;
        },
        reconcile: async (_, args, seen) => {
          handed.push(args, seen);
          return seen;
        },
      },
      { size: 7 },
    );
    await handlers.create({ ...control, name: "a" });
    expect(models).toHaveLength(1);
    expect(handed).toEqual([models[0], { seen: 7 }]);
  });

  test("what is needed to understand an error is added to it, also where the state keeps what was reached", async () => {
    const explain = async (_: Operation, { name }: Args, error: Error) => new Error(`${error.message} (${name})`);
    const broken = () => Promise.reject(new Error("Odd."));
    for (const overrides of [{ observe: broken }, { reconcile: broken }, { remove: broken }]) {
      const { handlers } = handlersOf({ ...overrides, explain }, { size: 1 });
      const done = "remove" in overrides ? handlers.delete("a", { name: "a" }) : handlers.create({ name: "a" });
      await expect(done).rejects.toThrow("Odd. (a)");
    }
  });

  test("delete of what is gone is fine", async () => {
    const { handlers, world } = handlersOf({}, { size: 1 });
    await handlers.delete("a", { ...control, name: "a", seen: 1 });
    await handlers.delete("a", { ...control, name: "a", seen: 1 });
    expect(world.size).toBeUndefined();
  });

  test("an error has no stack to print", async () => {
    const { handlers } = handlersOf({ observe: async () => Promise.reject(new Error("plain words")) });
    const error = await handlers.read("a", { ...control, name: "a" }).catch((thrown: Error) => thrown);
    expect((error as Error).stack).toBe("plain words");
  });

  describe("outputs that a refresh has found out and that are to be taken", () => {
    const foreseen = { keys: ["seen" as const], holds: (news: Args, olds: Args) => news.size === olds.size };
    const args = { ...control, name: "a", size: 1 };
    const refreshed = async (state: State) => {
      const { handlers } = handlersOf({ foreseen, stateOf: () => state }, { size: 9 });
      const { inputs = {} } = await handlers.read("a", { ...args, seen: 1 });
      return { handlers, inputs };
    };

    test("are inputs of the next preview, where dependants see nothing else", async () => {
      const { handlers, inputs } = await refreshed({ seen: 9, drift: ["b: is odd"] });
      expect(inputs).toEqual({ ...args, seen: 9 });
      expect((await handlers.check(inputs, args)).inputs).toEqual({ ...args, seen: 9 });
      expect(await handlers.diff("a", { ...args, seen: 9 }, { ...args, seen: 9 })).toMatchObject({ changes: false });
      expect(await handlers.update("a", { ...args, seen: 9 }, { ...args, seen: 5 })).toMatchObject({
        outs: { seen: 9 },
      });
    });

    test("are none where nothing has changed, or where the inputs ask for something else", async () => {
      expect((await refreshed({ seen: 9 })).inputs).toEqual(args);
      const { handlers, inputs } = await refreshed({ seen: 9, drift: ["b: is odd"] });
      expect((await handlers.check(inputs, { ...args, size: 2 })).inputs).toEqual({ ...args, size: 2 });
      expect((await handlers.check(inputs, { ...args, size: "?" })).inputs).toEqual({ ...args, size: "?" });
      expect((await handlers.check({}, args)).inputs).toEqual(args);
    });
  });
});
