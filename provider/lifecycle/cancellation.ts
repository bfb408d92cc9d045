import { setMaxListeners } from "node:events";
import { Cancelled } from "./errors";

/** Hands out the signal that ends what runs now; what begins after {@link cancel} has another one. */
export class Cancellation {
  private current = fresh();

  get signal(): AbortSignal {
    return this.current.signal;
  }

  /** Harmless when nothing runs. */
  cancel(): void {
    const running = this.current;
    this.current = fresh(); // before anything listens: looking at what was reached is not cancelled
    running.abort(new Cancelled());
  }
}

function fresh(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // each command of each resource listens while it runs
  return controller;
}
