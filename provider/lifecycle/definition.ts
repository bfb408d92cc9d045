import type { z } from "zod";
import type { Context } from "./context";

/**
 * A resource, as its handlers see it: observe, reconcile, remove. Create, update and repeating after a crash are the
 * same path, because the hosts are the truth and the state is a hint.
 */
export interface Definition<Schema extends z.ZodObject, State extends object> {
  /** The only list of inputs. */
  schema: Schema;
  /** Inputs that cannot change in place. */
  replaceOn: readonly (keyof z.infer<Schema> & string)[];
  /** Names of inputs, at any depth, whose values no message shows. */
  secrets: readonly string[];
  /** What the resource is called on its hosts; stable as long as `replaceOn` does not change. */
  id(args: z.infer<Schema>): string;
  /** What is there. `undefined` only when each host involved has answered that there is nothing. */
  observe(context: Context, args: z.infer<Schema>): Promise<State | undefined>;
  /** Makes it so, doing only what differs, and ends by observing again. @throws PartialFailure */
  reconcile(context: Context, args: z.infer<Schema>, observed: State | undefined): Promise<State>;
  /** Takes it away; absent is success. */
  remove(context: Context, args: z.infer<Schema>): Promise<void>;
  /** The inputs as the hosts have them, where they have drifted from `args`. Nothing can drift by default. */
  inputsOf?(args: z.infer<Schema>, state: State): z.infer<Schema>;
}
