/** Asks all candidates at once. What does not answer is an observation too, and it is told apart from what is off. */
import {
  CommandFailed,
  CredentialUnusable,
  HostKeyRefused,
  HostUnreachable,
  LoginRefused,
  LoginShellRefused,
  SudoRefused,
} from "../../host/errors";
import type { Placement } from "../placement";
import type { Candidate } from "./candidate";
import { ChangedWhileReading, type Observation } from "./observation";

/** @param newerThanMs what a host was asked before will not do */
export async function observeCandidates(
  placement: Placement,
  signal: AbortSignal,
  newerThanMs: number | undefined,
): Promise<Observation[]> {
  const answers = await Promise.allSettled(
    placement.candidates.map((one) => observe(placement, one, signal, newerThanMs)),
  );
  signal.throwIfAborted();
  return answers.map((answer) => {
    if (answer.status === "rejected") throw answer.reason;
    return answer.value;
  });
}

/** @throws ChangedWhileReading */
async function observe(
  { driver }: Placement,
  candidate: Candidate,
  signal: AbortSignal,
  newerThanMs: number | undefined,
): Promise<Observation> {
  const { name: hostName, host } = candidate;
  try {
    return { hostName, ...(await driver.observe(host, signal, newerThanMs)) };
  } catch (error) {
    if (error instanceof ChangedWhileReading || signal.aborted) throw error;
    const { message } = error as Error;
    if (isOutOfReach(error)) return { hostName, unreachable: message };
    if (keepsOut(error)) return { hostName, silent: message, hasQemu: undefined };
    return driver.hasQemu(host, signal).then(
      (hasQemu) => ({ hostName, silent: message, hasQemu }),
      (failure: Error) =>
        failure instanceof CommandFailed
          ? { hostName, silent: message, hasQemu: undefined }
          : { hostName, unreachable: failure.message },
    );
  }
}

/** Nothing came from the host. A port that is closed was closed by somebody. */
const isOutOfReach = (error: unknown): boolean =>
  (error instanceof HostUnreachable && !error.isRefused) || error instanceof CredentialUnusable;

/** Somebody has answered there, and no command can be run. */
const keepsOut = (error: unknown): boolean =>
  error instanceof HostUnreachable ||
  error instanceof HostKeyRefused ||
  error instanceof LoginRefused ||
  error instanceof SudoRefused ||
  error instanceof LoginShellRefused;
