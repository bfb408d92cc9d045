/** One live migration of a guest by QEMU itself. */
import type { Candidate } from "../../placement/candidates";
import type { Departure, Outcome } from "../../placement/driver";
import { MigrationFailed } from "../../placement/migration/failed";
import { hintFor, NotInState, QmpError } from "../errors";
import { unitFacts } from "../facts";
import { lastWords } from "../launch";
import { goOn, lookIn, monitored } from "../monitor";
import type { PlacedGuest } from "../placed-guest";
import { readQemuArgv } from "../unit";
import { clearArriving, endIf, launchOn } from "../verbs";
import { jobOf } from "./job";
import { startIncoming, startOutgoing } from "./streams";

/** What a source is that has sent everything. */
const handedOver = "paused (migrating)";

export function depart(guest: PlacedGuest, from: Candidate, to: Candidate, signal: AbortSignal): Departure {
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
        await launchOn(to, guest, { commandLine, incoming: true }, signal);
        port = await monitored(to.host, domain, (qmp) => startIncoming(qmp, options, address), signal);
      } catch (error) {
        await clearArriving(to, domain).catch(() => {}); // what made it fail matters more; the next run heals it
        throw notBegun(error as Error);
      }
    },
    async start(slowGuest) {
      const attempt = slowGuest ? { ...options, autoConverge: true } : options;
      const target = { address, port, tlsHostname: to.address };
      const refused = await monitored(from.host, domain, (qmp) => startOutgoing(qmp, attempt, target), signal).then(
        () => undefined,
        (error: Error) => error,
      );
      // Without QEMU's own word it may have begun: a look at it tells.
      const isOver = refused instanceof QmpError;
      return { ...(isOver && { ended: Promise.resolve() }), outcome: () => outcome(refused) };
    },
    async arrived() {
      await endIf(from, domain, handedOver);
    },
    /** A source that has sent everything goes on only when the destination is seen to be gone. */
    async withdraw({ cutOff }) {
      await clearArriving(to, domain);
      if (!cutOff) return;
      const { unit, hasQemu } = await unitFacts(to.host, domain.uuid, signal);
      if (!unit && !hasQemu) await monitored(from.host, domain, goOn, signal);
    },
    known: { encrypted: options.tls, transport: "qemu" },
  };

  async function outcome(refused: Error | undefined): Promise<Outcome> {
    const source = monitored(from.host, domain, async (qmp) => {
      const { info, state } = await lookIn(qmp);
      return { info, state, figures: jobOf(info, state) };
    });
    const seen = await source.catch((error: Error) => error);
    if (seen instanceof Error) return { said: (refused ?? seen).message };
    const { info, state, figures } = seen;
    if (info.status === "completed") return { said: "", figures };
    if (state.job !== "none") return { said: refused?.message ?? "" };
    const words = await lastWords(to.host, domain.uuid).catch(() => "");
    await clearArriving(to, domain).catch(() => {}); // it is looked at again, and said then
    return { said: toldOf([refused?.message ?? info["error-desc"] ?? "", words]) };
  }

  function notBegun({ message }: Error): MigrationFailed {
    const what = `${domain.name} was not moved from ${from.name} to ${to.name}. It is on ${from.name} as before.`;
    return new MigrationFailed(what, toldOf([message]));
  }
}

function toldOf(said: readonly string[]): string {
  const text = said.filter(Boolean).join("\n");
  const hint = hintFor(text);
  return hint === undefined || text.includes(hint) ? text : `${text}\n${hint}`;
}
