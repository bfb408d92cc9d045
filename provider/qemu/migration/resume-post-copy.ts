/** Goes on with a post-copy that was interrupted: its memory is on both hosts. */
import type { Candidate } from "../../placement/observe/candidate";
import type { QemuGuestOptions } from "../guest";
import { withMonitor } from "../qmp/monitor";
import { recoverIncoming, resumeOutgoing } from "./streams";

/** @returns what was said when it could not be begun; its end is seen by looking at it */
export async function resumePostCopy(
  { domain, migration }: QemuGuestOptions,
  from: Candidate,
  to: Candidate,
  signal: AbortSignal,
): Promise<string> {
  const address = to.migrationAddress ?? to.address;
  try {
    const port = await withMonitor(to.host, domain, (qmp) => recoverIncoming(qmp, migration, address), signal);
    await withMonitor(from.host, domain, (qmp) => resumeOutgoing(qmp, address, port), signal);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}
