/** One live migration of a guest by QEMU itself. */

import type { MigrationAttempt, PerformOutcome } from "../../placement/driver";
import { MigrationFailed } from "../../placement/migration/errors";
import type { Candidate } from "../../placement/observe/candidate";
import { handedOnProblem } from "../../qemu-command-line/handed-on";
import { hintFor, NotInState, QmpError } from "../errors";
import type { QemuGuestOptions } from "../guest";
import { lastWords } from "../launch";
import { unitFacts } from "../observe";
import { cont, queryState, withMonitor } from "../qmp/monitor";
import { readQemuArgv } from "../unit";
import { destroyIf, destroyIncoming, launchOn } from "../verbs";
import { jobOf } from "./job";
import { sourceSubject } from "./source-subject";
import { startIncoming, startOutgoing } from "./streams";

/** A source that has sent everything. */
const switchedOver = "paused (migrating)";

export function migrationAttempt(
  guest: QemuGuestOptions,
  from: Candidate,
  to: Candidate,
  signal: AbortSignal,
): MigrationAttempt {
  const { domain, migration: options } = guest;
  const address = to.migrationAddress ?? to.address;
  let port = "";
  return {
    async prepare() {
      try {
        // As it was started, whatever the program says by now: that is for its next start.
        const { unit } = await unitFacts(from.host, domain.uuid, signal);
        if (!unit?.runs) throw new NotInState(`It does not run on ${from.name} any more.`);
        const { commandLine } = readQemuArgv(unit.argv);
        const problem = handedOnProblem(commandLine, unit.argvProblem);
        if (problem !== undefined) throw new NotInState(`It cannot move: ${problem}.`);
        const subject = options.tls ? await sourceSubject(from, options.tlsCredsDir, signal) : "";
        await launchOn(to, guest, { commandLine, incoming: true }, signal);
        port = await withMonitor(to.host, domain, (qmp) => startIncoming(qmp, options, address, subject), signal);
      } catch (error) {
        await destroyIncoming(to, domain).catch(() => {}); // what made it fail matters more; the next run heals it
        throw notBegun(error as Error);
      }
    },
    async perform(withAutoConverge) {
      const attempt = withAutoConverge ? { ...options, autoConverge: true } : options;
      const target = { address, port, tlsHostname: to.address };
      const refused = await withMonitor(from.host, domain, (qmp) => startOutgoing(qmp, attempt, target), signal).then(
        () => undefined,
        (error: Error) => error,
      );
      // Without QEMU's own word it may have begun: a look at it tells.
      const isOver = refused instanceof QmpError;
      return { ...(isOver && { ended: Promise.resolve() }), outcome: () => outcome(refused) };
    },
    async confirm() {
      await destroyIf(from, domain, switchedOver);
    },
    /** A source that has sent everything goes on only when the destination is seen to be gone. */
    async rollback({ isInterrupted }) {
      await destroyIncoming(to, domain);
      if (!isInterrupted) return;
      const { unit, hasQemu } = await unitFacts(to.host, domain.uuid, signal);
      if (!unit && !hasQemu) await withMonitor(from.host, domain, cont, signal);
    },
    stream: { encrypted: options.tls, transport: "qemu" },
  };

  async function outcome(refused: Error | undefined): Promise<PerformOutcome> {
    const answer = await withMonitor(from.host, domain, queryState).catch((error: Error) => error);
    if (answer instanceof Error) return { failure: (refused ?? answer).message };
    const { info, state } = answer;
    if (info.status === "completed") return { failure: "", figures: jobOf(info, state) };
    if (state.job !== "none") return { failure: refused?.message ?? "" };
    const said = await lastWords(to.host, domain.uuid).catch(() => "");
    await destroyIncoming(to, domain).catch(() => {}); // it is looked at again, and said then
    return { failure: withHint([refused?.message ?? info["error-desc"] ?? "", said]) };
  }

  function notBegun({ message }: Error): MigrationFailed {
    const what = `${domain.name} was not moved from ${from.name} to ${to.name}. It is on ${from.name} as before.`;
    return new MigrationFailed(what, withHint([message]));
  }
}

function withHint(said: readonly string[]): string {
  const text = said.filter(Boolean).join("\n");
  const hint = hintFor(text);
  return hint === undefined || text.includes(hint) ? text : `${text}\n${hint}`;
}
