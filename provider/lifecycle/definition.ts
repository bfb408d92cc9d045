import type { z } from "zod";
import type { Operation } from "../util/operation";
import type { Adoption } from "./adoption";

/** Part of any resource's outputs that the lifecycle reads. */
export interface Observed {
  /** Differences between the hosts and the inputs, in words; absent when there are none. */
  drift?: readonly string[];
}

/**
 * A resource, as its handlers see it: observe, reconcile, remove. Create, update and repeating after a crash are the
 * same path, because the hosts are the truth and the state is a hint.
 *
 * @typeParam Model what the inputs mean to the resource's functions; made once per operation
 * @typeParam Seen what was observed
 * @typeParam State the outputs that follow from it, an {@link Observed} where it can drift
 * @typeParam Exclusive the operation with whatever keeps others away while it runs
 */
export interface Definition<
  Schema extends z.ZodObject,
  Model,
  Seen,
  State extends object,
  Exclusive extends Operation = Operation,
> {
  /** The only list of inputs. Its defaults are written into the inputs, so that a drift from them shows. */
  schema: Schema;
  /** Inputs that cannot change in place. */
  replaceOn: readonly (keyof z.infer<Schema> & string)[];
  /** Names of inputs, at any depth, whose values no message shows. */
  secrets: readonly string[];
  /** Outputs that quote inputs: secret as soon as the program has marked any input as secret. None by default. */
  secretWithInputs?: readonly string[];
  /** Input that is the resource's name in the program where that says nothing else. None by default. */
  namedBy?: keyof z.infer<Schema> & string;
  /** Name of the resource on its hosts; stable as long as `replaceOn` does not change. */
  id(args: z.infer<Schema>): string;
  model(args: z.infer<Schema>, operation: Operation): Model;
  /** @param known the state's last outputs; absent when there is no state */
  observe(operation: Operation, model: Model, known?: State): Promise<Seen>;
  /** Pure. `undefined` only when each host involved has answered that there is nothing. */
  stateOf(model: Model, seen: Seen, known?: State): State | undefined;
  /**
   * Makes it so, doing only what differs.
   *
   * @param seen what was observed right before, in the same operation
   * @returns what was observed at the end
   * @throws Refused as long as nothing has been changed; any other error makes the shell observe once more and keep
   * what was reached
   */
  reconcile(operation: Exclusive, model: Model, seen: Seen, known?: State): Promise<Seen>;
  /** Takes it away; absent is success. */
  remove(operation: Exclusive, model: Model, known?: State): Promise<void>;
  /**
   * Runs an operation that changes hosts while nobody else's operation on the same thing can run.
   *
   * @throws whatever tells who is at work on it, before anything was done; or what the work throws
   */
  exclusively?<T>(operation: Operation, model: Model, work: (exclusive: Exclusive) => Promise<T>): Promise<T>;
  /** Adds to an error what is needed to understand it and what only the hosts know. */
  explain?(operation: Exclusive, model: Model, error: Error): Promise<Error>;
  /** The inputs as the hosts have them, where they have drifted from `args`. Nothing can drift by default. */
  inputsOf?(args: z.infer<Schema>, state: State): z.infer<Schema>;
  /**
   * Pure: inputs that the program leaves open, as they are, where they satisfy it: they are no change, and are kept in
   * the outputs as they are. Nothing is left open by default.
   */
  leftOpen?(args: z.infer<Schema>, state: State): Partial<z.infer<Schema>>;
  /** Inputs that follow from others and that dependants have to know in the first preview: identities. */
  derived?: Derived<Schema>;
  /** Inputs that follow from others and from what hosts say, and that dependants have to know in previews. */
  decided?: Decided<Schema, Model>;
  /** Outputs that dependants see in the preview of what is to be repaired: a refresh has found them out. */
  foreseen?: Foreseen<Schema, keyof State & string>;
  /** Problems of a change, as far as old and new inputs tell; called when both are known. */
  objections?(olds: z.infer<Schema>, news: z.infer<Schema>): { property: string; reason: string }[];
  /**
   * Things on hosts that no two resources can have, as texts that are equal for the same thing.
   *
   * @param args known as a whole
   */
  things?(args: z.infer<Schema>): { property: string; thing: string }[];
  /**
   * Looks, before a create, for what is there already and is not the resource's: tells what passes over, and changes
   * nothing. Called in previews too, where a host need not be reachable yet.
   *
   * @returns why the create would be refused
   */
  claim?(operation: Operation, model: Model): Promise<{ property: string; reason: string }[]>;
  /**
   * What a create with `adopt` takes over. Called in previews too; looks, and changes nothing.
   *
   * @returns none where nothing is there, or a host does not answer, which need not be reachable yet
   */
  adoption?(operation: Operation, model: Model): Promise<Adoption[]>;
  /**
   * Tells what will be done about a change of inputs, or, when none has changed, about what is to be repaired; called
   * in previews, and only when all values are known.
   */
  announce?(operation: Operation, model: Model, changed: readonly string[], known?: State): Promise<void>;
}

interface Derived<Schema extends z.ZodObject> {
  /** Their names; all of them unknown in a preview as long as any other input is. */
  keys: readonly (keyof z.infer<Schema> & string)[];
  /** @param urn the resource's name in the world, for making identities that are the same each time */
  from(args: z.infer<Schema>, urn: string): Partial<z.infer<Schema>>;
}

interface Decided<Schema extends z.ZodObject, Model> {
  /** Their names; all of them unknown in a preview as long as any other input is. */
  keys: readonly (keyof z.infer<Schema> & string)[];
  /**
   * Called in check, for the run and for its preview. Hosts are asked only about what `before` does not tell.
   *
   * @param before all inputs, as the last operation or refresh has left them; undefined at first
   * @returns the inputs, or why there are none
   */
  decide(
    operation: Operation,
    model: Model,
    before: z.infer<Schema> | undefined,
  ): Promise<{ decided: Partial<z.infer<Schema>> } | { problems: { property: string; reason: string }[] }>;
}

export interface Foreseen<Schema extends z.ZodObject, Keys extends string = string> {
  keys: readonly Keys[];
  /** Pure: whether they still hold when these inputs come after those. */
  holds(news: z.infer<Schema>, olds: z.infer<Schema>): boolean;
}
