/** Speaks to the Pulumi engine from the provider process, which has no engine of its own to log to. */
import { setMaxListeners } from "node:events";
import { fstatSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import type { Operation } from "../util/operation";
import { printable } from "../util/printable";
import { Cancellation } from "./cancellation";
import { onFirstInterrupt } from "./first-interrupt";
import { log, runtime } from "./pulumi-sdk";
import { isWatched } from "./terminal";

/** Values of inputs that are not known yet in a preview. */
export const { unknownValue } = runtime;

const stopping = new AbortController();
/** On a terminal a row is written over; elsewhere each line of progress stays. */
const progressEveryMs = isWatched() ? 1000 : 10_000;
setMaxListeners(0, stopping.signal); // each command of each resource listens while it runs
const cancellation = new Cancellation();
let connected = false;

/** @param row the resource that messages are shown at. @default the same */
export function operationFor(urn: string | undefined, row = urn): Operation {
  connect();
  const resource = row === undefined ? undefined : ({ urn: { promise: async () => row } } as unknown as Resource);
  return {
    who: [`${userInfo().username}@${hostname()}[${process.pid}]`, ...(urn === undefined ? [] : [urn])].join(" "),
    info: (message) => void log.info(printable(message), resource),
    warn: (message) => void log.warn(printable(message), resource),
    progress: (message) => void log.info(printable(message), resource, undefined, true),
    progressEveryMs,
    owner: undefined,
    isInState: true,
    acts: false,
    onlyLooks: false,
    cancelled: cancellation.signal,
    signal: stopping.signal,
  };
}

type Resource = NonNullable<Parameters<typeof log.info>[1]>;

/** Cancels what runs; what begins later does not hear of it. */
export const cancelRunning = (): void => cancellation.cancel();

/** Cancels what runs when the user asks to stop. Where that cannot be heard, what runs goes on to its end. */
export function cancelWithEngine(): void {
  onFirstInterrupt(cancelRunning);
}

/**
 * Ends the process when Pulumi does: on SIGINT, which Pulumi sends at the end of each operation, and when its standard
 * input closes, which is all that happens when the CLI itself was killed. Where a language host starts it, the input is
 * /dev/null, and the host ends it.
 *
 * @param cleanUp closes what is open; Pulumi waits 5 s at most
 */
export function endWithEngine(cleanUp: () => Promise<void>): void {
  const end = () => {
    if (stopping.signal.aborted) return;
    stopping.abort(new Error("Pulumi has ended."));
    const patience = setTimeout(() => process.exit(0), 3000);
    void cleanUp().finally(() => {
      clearTimeout(patience);
      process.exit(0);
    });
  };
  process.once("SIGINT", end);
  if (isPipe(0)) process.stdin.on("end", end).resume();
}

function isPipe(descriptor: number): boolean {
  try {
    const input = fstatSync(descriptor);
    return input.isFIFO() || input.isSocket();
  } catch {
    return false; // closed
  }
}

/** The engine's address is the last argument; flags may stand before it. */
function connect(): void {
  if (connected) return;
  connected = true;
  const address = process.argv.slice(2).findLast((argument) => /^[^-].*:\d+$/.test(argument));
  if (address === undefined) return; // not started by Pulumi: log falls back to the console
  runtime.resetOptions(process.env.PULUMI_PROJECT ?? "", "", -1, address, "", false, "");
}
