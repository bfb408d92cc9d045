/** A definition as the functions that Pulumi calls. What Pulumi is peculiar about is handled here. */
import { randomUUID } from "node:crypto";
import type { dynamic } from "@pulumi/pulumi";
import type { z } from "zod";
import type { Operation } from "../util/operation";
import { printable } from "../util/printable";
import { adoptionNotice, adoptionWarning } from "./adoption";
import { makeCheck } from "./check";
import { controlOf, type Properties, pendingKey, repairsOf, uidKey, urnKey, withoutControl } from "./control-keys";
import type { Definition, Observed } from "./definition";
import { changedInputs, difference } from "./diff";
import { Refused } from "./errors";
import { hasUnknown, type InputProblem, inputsInState } from "./inputs";
import { sayOnce } from "./said-once";
import { WantedThings } from "./wanted-things";

export interface Environment {
  /** @param urn undefined when the program did not tell */
  operationFor(urn: string | undefined): Operation;
  unknownValue: string;
}

export type Handlers = Required<Omit<dynamic.ResourceProvider, "configure">>;

export function makeHandlers<
  Schema extends z.ZodObject,
  Model,
  Seen,
  State extends object,
  Exclusive extends Operation = Operation,
>(
  definition: Definition<Schema, Model, Seen, State, Exclusive>,
  { operationFor, unknownValue }: Environment,
): Handlers {
  const { schema, replaceOn, id, inputsOf = (args) => args, leftOpen = () => ({}) } = definition;
  const { exclusively = (operation, _model, work) => work(operation as Exclusive) } = definition;
  const { explain = async (_operation, _model, error) => error } = definition;
  const { things = () => [] } = definition;
  const inputs = Object.keys(schema.shape);
  const wanted = new WantedThings();

  /** The inputs among these properties; a state holds outputs beside them. */
  const ownOf = (properties: Properties) =>
    Object.fromEntries(
      Object.entries(withoutControl(properties)).filter(([key, value]) => inputs.includes(key) && value != null),
    );

  const argsOf = (properties: Properties): z.infer<Schema> => schema.parse(ownOf(properties));

  function begin(
    properties: Properties,
    uid: string | undefined,
    { acts = false, isInState = true, onlyLooks = false } = {},
  ) {
    const urn = properties[urnKey] as string | undefined;
    const owner = urn === undefined ? undefined : { urn, uid: uid ?? "" };
    const operation = { ...operationFor(urn), owner, isInState, acts, onlyLooks };
    const { args, problems } = inputsInState(schema, ownOf(properties));
    for (const problem of problems) operation.warn(`Not understood in the state, so its default is used: ${problem}.`);
    return { operation, args, model: definition.model(args, operation) };
  }

  /** The last observation: all that a state holds. Inputs are among it, since drift is observed in them. */
  const knownOf = (properties: Properties) => withoutControl(properties) as unknown as State;

  /** Outputs hold all inputs, since a read or a delete gets nothing else. */
  function outputs(
    properties: Properties,
    args: z.infer<Schema>,
    state: State,
    uid: string | undefined,
    pending: string[] = [],
  ): Properties {
    const { drift, ...others } = state as Observed;
    return {
      ...others,
      ...(drift && { drift: drift.map(printable) }),
      ...pick(args, properties),
      ...controlOf(properties),
      ...(uid !== undefined && { [uidKey]: uid }),
      ...(pending.length > 0 && { [pendingKey]: pending }),
    };
  }

  /** Only what the user wrote, and defaults: nothing else is an input. */
  function pick(args: z.infer<Schema>, properties: Properties): Properties {
    const written = inputs.filter((key) => properties[key] !== undefined && properties[key] !== null);
    return Object.fromEntries(written.map((key) => [key, (args as Properties)[key]]));
  }

  async function apply(properties: Properties, olds?: Properties): Promise<{ id: string; outs: Properties }> {
    const known = olds && knownOf(olds);
    const uid = uidOf(olds) ?? newUid();
    const { operation, args, model } = begin(properties, uid, { acts: true, isInState: olds !== undefined });
    return exclusively(operation, model, async (exclusive) => {
      const explained = async (error: Error) => {
        throw await explain(exclusive, model, error);
      };
      const before = await definition.observe(exclusive, model, known).catch(explained);
      try {
        const seen = await definition.reconcile(exclusive, model, before, known).catch(explained);
        const state = definition.stateOf(model, seen, known);
        if (state === undefined) throw new Error("Everything was set up, but none of it is there any more.");
        return { id: id(args), outs: outputs(properties, { ...args, ...leftOpen(args, state) }, state, uid) };
      } catch (error) {
        if (error instanceof Refused) throw error;
        throw await withWhatWasReached(error as Error, properties, uid, known);
      }
    });
  }

  async function remove(properties: Properties): Promise<void> {
    const { operation, args, model } = begin(properties, uidOf(properties));
    const own = things(args);
    const isWanted = own.length > 0 && own.every(({ thing }) => wanted.has(thing));
    if (isWanted) return operation.info("What it has made stays: the program still has it.");
    await exclusively(operation, model, (exclusive) =>
      definition.remove(exclusive, model, knownOf(properties)).catch(async (error: Error) => {
        throw await explain(exclusive, model, error);
      }),
    );
  }

  /** Pulumi keeps what comes with an error like this, and the next `up` goes on from there. */
  async function withWhatWasReached(error: Error, properties: Properties, uid: string, known?: State): Promise<Error> {
    const { operation, args, model } = begin(properties, uid); // what ended the other one says nothing about this one
    const nothing = known === undefined ? undefined : ({} as State);
    const reached = await definition.observe(operation, model, known).then(
      (seen) => definition.stateOf(model, seen, known) ?? nothing,
      () => known ?? ({} as State), // nobody knows: kept, so that a refresh or a destroy can find out
    );
    if (reached === undefined) return error;
    const { drift: _, ...before } = { ...known } as Observed; // what was odd then may be well by now
    const state = { ...before, ...reached } as State;
    const held = outputs(properties, inputsOf(args, state), state, uid, [
      printable(error.message).split("\n")[0] ?? "",
    ]);
    const message = printable(error.message);
    return Object.assign(new Error(message, { cause: error }), { id: id(args), properties: held, reasons: [message] });
  }

  function register(urn: string, args: z.infer<Schema>): InputProblem[] {
    return things(args).flatMap(({ property, thing }) => {
      const other = wanted.register(thing, urn);
      const reason = `${thing} is wanted by ${other} too. Leave one of the two out of the program.`;
      return other === undefined ? [] : [{ property, reason }];
    });
  }

  /** In a preview dependants see inputs only. */
  function foreseenIn(state: State): Properties {
    if (definition.foreseen === undefined || (state as Observed).drift === undefined) return {};
    return Object.fromEntries(definition.foreseen.keys.map((key) => [key, state[key]]));
  }

  async function claim(inputs: Properties): Promise<InputProblem[]> {
    if (!definition.claim) return [];
    const { operation, model } = begin(inputs, undefined, { isInState: false, onlyLooks: true });
    const problems = await definition.claim(operation, model);
    if (inputs.adopt === true && problems.length === 0) await tellAdoption(operation, model);
    return problems;
  }

  async function tellAdoption(operation: Operation, model: Model): Promise<void> {
    for (const found of (await definition.adoption?.(operation, model)) ?? []) {
      operation.info(adoptionNotice(found));
      const warning = adoptionWarning(found);
      if (warning !== undefined) operation.warn(warning);
    }
  }

  async function decide(inputs: Properties, before: z.infer<Schema> | undefined) {
    if (!definition.decided) return { decided: {} };
    const { operation, model } = begin(inputs, undefined, { isInState: before !== undefined });
    return definition.decided.decide(operation, model, before);
  }

  /** An earlier version has made it, and noted on no host whose it is: another stack may have it in its state as well. */
  const isUnnoted = (olds: Properties, news: Properties) =>
    definition.claim !== undefined && news[urnKey] !== undefined && uidOf(olds) === undefined;

  /** The checked inputs, with the state's values of those that they leave open. */
  const asItIs = (olds: Properties, news: Properties): Properties =>
    hasUnknown(news, unknownValue) ? news : { ...news, ...leftOpen(argsOf(news), knownOf(olds)) };

  async function announce(olds: Properties, news: Properties): Promise<void> {
    const [changed, repairs] = [changedInputs(olds, news, inputs), repairsOf(olds)];
    if (isUnnoted(olds, news))
      operationFor(news[urnKey] as string).info("Will be noted on its hosts: that it belongs to this resource.");
    if (changed.length + repairs.length === 0) return;
    const { info } = operationFor(news[urnKey] as string | undefined);
    for (const line of repairs) info(`Will be repaired: ${line}`);
    if (definition.announce === undefined || hasUnknown(news, unknownValue)) return;
    const { operation, model } = begin(news, uidOf(olds), { onlyLooks: true });
    await definition.announce(operation, model, changed, knownOf(olds));
  }

  return plainErrors({
    check: makeCheck(definition, { unknownValue, argsOf, claim, decide, register }),
    diff: async (_id, olds, checked) => {
      const news = asItIs(olds, checked);
      await announce(olds, news);
      const found = difference(olds, news, { inputs, replaceOn, unknownValue });
      return isUnnoted(olds, news) && found.changes === false ? { ...found, changes: true } : found;
    },
    create: (properties) => apply(properties),
    update: async (_id, olds, news) => ({ outs: (await apply(news, olds)).outs }),
    read: async (_id, properties = {}) => {
      const uid = uidOf(properties);
      const { operation, args, model } = begin(properties, uid, { onlyLooks: true });
      const known = knownOf(properties);
      const state = definition.stateOf(model, await definition.observe(operation, model, known), known);
      if (state === undefined) return {};
      const seen = inputsOf(args, state);
      const props = outputs(properties, seen, state, uid, (properties[pendingKey] as string[] | undefined) ?? []);
      const inputs = { ...pick(seen, properties), ...foreseenIn(state), ...controlOf(properties) };
      return { id: id(args), props, inputs };
    },
    delete: (_id, properties) => remove(properties),
  });
}

const uidOf = (properties: Properties | undefined) => properties?.[uidKey] as string | undefined;

export const newUid = () => randomUUID().replaceAll("-", "").slice(0, 16);

/** The user gets the message alone, and once. `DEBUG=1` keeps the stack. */
export function plainly(error: Error): never {
  error.message = printable(error.message);
  if (!process.env.DEBUG) sayOnce(error);
  throw error;
}

function plainErrors(handlers: Handlers): Handlers {
  const wrapped = Object.entries(handlers).map(([name, handler]) => [
    name,
    (...args: unknown[]) => (handler as (...args: unknown[]) => Promise<unknown>)(...args).catch(plainly),
  ]);
  return Object.fromEntries(wrapped) as Handlers;
}
