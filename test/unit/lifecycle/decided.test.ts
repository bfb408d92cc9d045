/** Inputs that follow from others and from what hosts say. */
import { z } from "zod";
import type { Definition } from "../../../provider/lifecycle/definition";
import { silentOperation } from "../../silent-operation";
import { shells } from "./shells";

describe.each(shells)("by the %s", (_, makeHandlers) => {
  const schema = z.strictObject({ name: z.string(), size: z.number().default(1), place: z.string().optional() });
  type Args = z.infer<typeof schema>;

  function thing() {
    const befores: (Args | undefined)[] = [];
    const definition: Definition<typeof schema, Args, object, object> = {
      schema,
      replaceOn: [],
      secrets: [],
      id: ({ name }) => name,
      model: (args) => args,
      observe: async () => ({}),
      stateOf: () => ({}),
      reconcile: async (_operation, _args, seen) => seen,
      remove: async () => {},
      decided: {
        keys: ["place"],
        decide: async (_operation, { size }, before) => {
          befores.push(before);
          if (size > 9) return { problems: [{ property: "size", reason: "has no place" }] };
          return { decided: { place: `shelf ${size}` } };
        },
      },
    };
    return {
      befores,
      handlers: makeHandlers(definition, { operationFor: () => silentOperation(), unknownValue: "?" }),
    };
  }

  test("it is among the checked inputs, made with what was there before", async () => {
    const { handlers, befores } = thing();
    const { inputs } = await handlers.check({}, { name: "book" });
    expect(inputs).toEqual({ name: "book", size: 1, place: "shelf 1" });
    expect((await handlers.check(inputs, { name: "book", size: 2 })).inputs).toMatchObject({ place: "shelf 2" });
    expect(befores).toEqual([undefined, inputs]);
  });

  test("it is unknown as long as another input is, and nobody decides", async () => {
    const { handlers, befores } = thing();
    const { inputs } = await handlers.check({}, { name: "book", size: "?" });
    expect(inputs).toEqual({ name: "book", size: "?", place: "?" });
    expect(befores).toEqual([]);
  });

  test("why there is none ends the check", async () => {
    const { handlers } = thing();
    const { failures } = await handlers.check({}, { name: "book", size: 10 });
    expect(failures).toEqual([{ property: "size", reason: "has no place" }]);
  });
});
