/** A definition as the functions that Pulumi calls. What Pulumi is peculiar about is handled here. */
import type { dynamic } from "@pulumi/pulumi";
import type { z } from "zod";
import type { Context } from "./context";
import { controlOf, type Properties, pendingKey, urnKey, withoutControl } from "./control-keys";
import type { Definition } from "./definition";
import { difference } from "./diff";
import { PartialFailure } from "./errors";
import { inputProblems } from "./inputs";

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
  const { schema, replaceOn, secrets, id, inputsOf = (args) => args } = definition;
  const inputs = Object.keys(schema.shape);
  const context = (properties: Properties) => contextFor(properties[urnKey] as string | undefined);

  /** The inputs among these properties; a state holds outputs beside them. */
  function argsOf(properties: Properties): z.infer<Schema> {
    const own = Object.entries(withoutControl(properties)).filter(
      ([key, value]) => inputs.includes(key) && value != null,
    );
    return schema.parse(Object.fromEntries(own));
  }

  /** Outputs hold all inputs, since a read or a delete gets nothing else. */
  function outputs(
    properties: Properties,
    args: z.infer<Schema>,
    state: State,
    pending: readonly string[] = [],
  ): Properties {
    return {
      ...state,
      ...pick(args, properties),
      ...controlOf(properties),
      ...(pending.length > 0 && { [pendingKey]: pending }),
    };
  }

  /** Only what the user wrote: defaults would show as changes of inputs. */
  function pick(args: z.infer<Schema>, properties: Properties): Properties {
    const written = inputs.filter((key) => properties[key] !== undefined && properties[key] !== null);
    return Object.fromEntries(written.map((key) => [key, (args as Properties)[key]]));
  }

  async function settle(properties: Properties): Promise<{ id: string; outs: Properties }> {
    const args = argsOf(properties);
    try {
      const observed = await definition.observe(context(properties), args);
      const state = await definition.reconcile(context(properties), args, observed);
      return { id: id(args), outs: outputs(properties, args, state) };
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      const reached = outputs(properties, args, error.state, error.pendingSteps);
      throw Object.assign(new Error(error.message), { id: error.id, properties: reached, reasons: [error.message] });
    }
  }

  return plainErrors({
    check: async (_olds, news) => ({ inputs: news, failures: inputProblems(schema, news, { unknownValue, secrets }) }),
    diff: async (_id, olds, news) => difference(olds, news, { inputs, replaceOn }),
    create: settle,
    update: async (_id, _olds, news) => ({ outs: (await settle(news)).outs }),
    read: async (_id, properties = {}) => {
      const args = argsOf(properties);
      const state = await definition.observe(context(properties), args);
      if (state === undefined) return {};
      const seen = inputsOf(args, state);
      const props = outputs(properties, seen, state, (properties[pendingKey] as string[] | undefined) ?? []);
      return { id: id(args), props, inputs: { ...pick(seen, properties), ...controlOf(properties) } };
    },
    delete: async (_id, properties) => definition.remove(context(properties), argsOf(properties)),
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
