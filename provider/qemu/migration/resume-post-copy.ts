/** Goes on with a post-copy that was interrupted: its memory is on both hosts. */
import type { Candidate } from "../../placement/candidates";
import { monitored } from "../monitor";
import type { PlacedGuest } from "../placed-guest";
import { recoverIncoming, resumeOutgoing } from "./streams";

/** @returns what was said when it could not be begun; its end is seen by looking at it */
export async function resumePostCopy(
  { domain, migration }: PlacedGuest,
  from: Candidate,
  to: Candidate,
  signal: AbortSignal,
): Promise<string> {
  const address = to.migrationAddress ?? to.address;
  try {
    const port = await monitored(to.host, domain, (qmp) => recoverIncoming(qmp, migration, address), signal);
    await monitored(from.host, domain, (qmp) => resumeOutgoing(qmp, address, port), signal);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
