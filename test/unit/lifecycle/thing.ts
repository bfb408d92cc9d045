/** A resource that is one thing in a world of one thing, or none. */
import { z } from "zod";
import type { Definition } from "../../../provider/lifecycle/definition";
import type { makeHandlers } from "../../../provider/lifecycle/handlers";
import { silentOperation } from "../../silent-operation";
import { urnOf } from "./shells";

const schema = z.strictObject({ name: z.string(), size: z.number().default(1) });
export type State = { seen: number; drift?: string[] };
export const context = silentOperation();
export const control = { __provider: "text", __urn: urnOf("x") };

export type Args = z.infer<typeof schema>;
export type Thing = Definition<typeof schema, Args, State | undefined, State>;

export const handlersBy =
  (shell: typeof makeHandlers) =>
  (overrides: Partial<Thing> = {}, world: { size?: number } = {}) => {
    const urns: (string | undefined)[] = [];
    const definition: Thing = {
      schema,
      replaceOn: ["name"],
      secrets: [],
      id: ({ name }) => name,
      model: (args) => args,
      stateOf: (_args, seen) => seen,
      observe: async () => (world.size === undefined ? undefined : { seen: world.size }),
      reconcile: async (_, { size }) => {
        world.size = size;
        return { seen: size };
      },
      remove: async () => {
        delete world.size;
      },
      ...overrides,
    };
    const operationFor = (urn: string | undefined) => {
      urns.push(urn);
      return context;
    };
    return { handlers: shell(definition, { operationFor, unknownValue: "?" }), world, urns, definition };
  };
