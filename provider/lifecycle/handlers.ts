/** A definition as the functions that Pulumi calls. What Pulumi is peculiar about is handled here. */
import type { dynamic } from "@pulumi/pulumi";
import type { z } from "zod";
import { makeCheck } from "./check";
import type { Context } from "./context";
import { controlOf, type Properties, pendingKey, repairsOf, urnKey, withoutControl } from "./control-keys";
import type { Definition, Observed } from "./definition";
import { changedInputs, difference } from "./diff";
import { Refused } from "./errors";
import { hasUnknown } from "./inputs";

export interface Environment {
  /** @param urn undefined when the program did not tell */
  contextFor(urn: string | undefined): Context;
  unknownValue: string;
}

export type Handlers = Required<Omit<dynamic.ResourceProvider, "configure">>;

export function makeHandlers<Schema extends z.ZodObject, State extends object>(
  definition: Definition<Schema, State>,
  { contextFor, unknownValue }: Environment,
): Handlers {
  const { schema, replaceOn, id, inputsOf = (args) => args, exclusively = (_, __, work) => work() } = definition;
  const inputs = Object.keys(schema.shape);
  const context = (properties: Properties) => contextFor(properties[urnKey] as string | undefined);

  /** The inputs among these properties; a state holds outputs beside them. */
  function argsOf(properties: Properties): z.infer<Schema> {
    const own = Object.entries(withoutControl(properties)).filter(
      ([key, value]) => inputs.includes(key) && value != null,
    );
    return schema.parse(Object.fromEntries(own));
  }

  /** What was observed last: all that a state holds. Inputs are among it, since drift is observed in them. */
  const knownOf = (properties: Properties) => withoutControl(properties) as unknown as State;

  /** Outputs hold all inputs, since a read or a delete gets nothing else. */
  function outputs(properties: Properties, args: z.infer<Schema>, state: State, pending: string[] = []): Properties {
    return {
      ...state,
      ...pick(args, properties),
      ...controlOf(properties),
      ...(pending.length > 0 && { [pendingKey]: pending }),
    };
  }

  /** Only what the user wrote, and defaults: nothing else is an input. */
  function pick(args: z.infer<Schema>, properties: Properties): Properties {
    const written = inputs.filter((key) => properties[key] !== undefined && properties[key] !== null);
    return Object.fromEntries(written.map((key) => [key, (args as Properties)[key]]));
  }

  async function settle(properties: Properties, known?: State): Promise<{ id: string; outs: Properties }> {
    const args = argsOf(properties);
    const operation = { ...context(properties), acts: true };
    return exclusively(operation, args, async () => {
      const observed = await definition.observe(operation, args, known);
      try {
        const state = await definition.reconcile(operation, args, observed, known);
        return { id: id(args), outs: outputs(properties, args, state) };
      } catch (error) {
        if (error instanceof Refused) throw error;
        throw await withWhatWasReached(error as Error, properties, known);
      }
    });
  }

  async function remove(properties: Properties): Promise<void> {
    const [operation, args] = [context(properties), argsOf(properties)];
    await exclusively(operation, args, () => definition.remove(operation, args, knownOf(properties)));
  }

  /** Pulumi keeps what comes with an error like this, and the next `up` goes on from there. */
  async function withWhatWasReached(error: Error, properties: Properties, known?: State): Promise<Error> {
    const args = argsOf(properties);
    const nothing = known === undefined ? undefined : ({} as State);
    const look = () => definition.observe(context(properties), args, known);
    const reached = await look().then(
      (state) => state ?? nothing,
      () => known ?? ({} as State), // nobody knows: kept, so that a refresh or a destroy can find out
    );
    if (reached === undefined) return error;
    const { drift: _, ...before } = { ...known } as Observed; // what was odd then may be well by now
    const state = { ...before, ...reached } as State;
    const held = outputs(properties, inputsOf(args, state), state, [error.message.split("\n")[0] ?? ""]);
    return Object.assign(new Error(error.message), { id: id(args), properties: held, reasons: [error.message] });
  }

  async function announce(olds: Properties, news: Properties): Promise<void> {
    const [changed, repairs] = [changedInputs(olds, news, inputs), repairsOf(olds)];
    for (const line of repairs) context(news).info(`To be repaired: ${line}`);
    if (changed.length + repairs.length === 0 || hasUnknown(news, unknownValue)) return;
    await definition.announce?.(context(news), argsOf(news), changed, knownOf(olds));
  }

  return plainErrors({
    check: makeCheck(definition, { unknownValue, argsOf }),
    diff: async (_id, olds, news) => {
      await announce(olds, news);
      return difference(olds, news, { inputs, replaceOn, unknownValue });
    },
    create: (properties) => settle(properties),
    update: async (_id, olds, news) => ({ outs: (await settle(news, knownOf(olds))).outs }),
    read: async (_id, properties = {}) => {
      const args = argsOf(properties);
      const state = await definition.observe(context(properties), args, knownOf(properties));
      if (state === undefined) return {};
      const seen = inputsOf(args, state);
      const props = outputs(properties, seen, state, (properties[pendingKey] as string[] | undefined) ?? []);
      return { id: id(args), props, inputs: { ...pick(seen, properties), ...controlOf(properties) } };
    },
    delete: (_id, properties) => remove(properties),
  });
}

/** Pulumi prints the stack of what is thrown, twice: the user gets the message alone. `DEBUG=1` keeps the stack. */
function plainErrors(handlers: Handlers): Handlers {
  const wrapped = Object.entries(handlers).map(([name, handler]) => [
    name,
    (...args: unknown[]) =>
      (handler as (...args: unknown[]) => Promise<unknown>)(...args).catch((error: Error) => {
        if (!process.env.DEBUG) error.stack = error.message;
        throw error;
      }),
  ]);
  return Object.fromEntries(wrapped) as Handlers;
}
