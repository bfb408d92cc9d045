import type { z } from "zod";
import type { Context } from "./context";

/** What any observation may say beside what is special to its resource; the shell reads it. */
export interface Observed {
  /** What is on the hosts and should not be, or the other way round, in words; absent when all is well. */
  drift?: readonly string[];
}

/**
 * A resource, as its handlers see it: observe, reconcile, remove. Create, update and repeating after a crash are the
 * same path, because the hosts are the truth and the state is a hint.
 *
 * @typeParam State what was observed, an {@link Observed} where it can drift; kept as the resource's outputs
 */
export interface Definition<Schema extends z.ZodObject, State extends object> {
  /** The only list of inputs. Its defaults are written into the inputs, so that a drift from them shows. */
  schema: Schema;
  /** Inputs that cannot change in place. */
  replaceOn: readonly (keyof z.infer<Schema> & string)[];
  /** Names of inputs, at any depth, whose values no message shows. */
  secrets: readonly string[];
  /** What the resource is called on its hosts; stable as long as `replaceOn` does not change. */
  id(args: z.infer<Schema>): string;
  /**
   * What is there. `undefined` only when each host involved has answered that there is nothing.
   *
   * @param known the state's last observation; absent when the state has none
   */
  observe(context: Context, args: z.infer<Schema>, known?: State): Promise<State | undefined>;
  /**
   * Makes it so, doing only what differs, and ends by observing again.
   *
   * @throws Refused as long as nothing has been changed; any other error makes the shell observe once more and keep
   * what was reached
   */
  reconcile(context: Context, args: z.infer<Schema>, observed: State | undefined, known?: State): Promise<State>;
  /**
   * Runs an operation that changes hosts while nobody else's operation on the same thing can run.
   *
   * @throws whatever tells who is at work on it, before anything was done; or what the work throws
   */
  exclusively?<T>(context: Context, args: z.infer<Schema>, work: () => Promise<T>): Promise<T>;
  /** Takes it away; absent is success. */
  remove(context: Context, args: z.infer<Schema>, known?: State): Promise<void>;
  /** The inputs as the hosts have them, where they have drifted from `args`. Nothing can drift by default. */
  inputsOf?(args: z.infer<Schema>, state: State): z.infer<Schema>;
  /** Inputs that follow from others and that dependants have to know in the first preview: identities. */
  derived?: Derived<Schema>;
  /** What is wrong with a change, as far as old and new inputs tell; called when both are known. */
  objections?(olds: z.infer<Schema>, news: z.infer<Schema>): { property: string; reason: string }[];
  /**
   * Tells what will be done about a change of inputs, or, when none has changed, about what is to be repaired; called
   * in previews, and only when all values are known.
   */
  announce?(context: Context, args: z.infer<Schema>, changed: readonly string[], known?: State): Promise<void>;
}

interface Derived<Schema extends z.ZodObject> {
  /** Their names; all of them unknown in a preview as long as any other input is. */
  keys: readonly (keyof z.infer<Schema> & string)[];
  /** @param urn the resource's name in the world, for making identities that are the same each time */
  from(args: z.infer<Schema>, urn: string): Partial<z.infer<Schema>>;
}
