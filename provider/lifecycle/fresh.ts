import type { Context } from "./context";

/**
 * What an observation has seen beside the state, for the reconcile that comes right after it in the same operation: so
 * that hosts are not asked the same twice. It is handed out once, so nothing ever acts on what is old.
 */
export class Fresh<Seen> {
  private readonly seen = new WeakMap<Context, Seen>();

  keep(context: Context, seen: Seen): Seen {
    this.seen.set(context, seen);
    return seen;
  }

  take(context: Context): Seen | undefined {
    const seen = this.seen.get(context);
    this.seen.delete(context);
    return seen;
  }
}
