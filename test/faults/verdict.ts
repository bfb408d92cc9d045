/** Pure: what is wrong with a cell, from what was found. */
import type { Fault } from "./fault";
import type { GuestObservation } from "./guest-observation";
import type { CellRecord, Findings, RefreshSaid } from "./record";

type Problem = CellRecord["problems"][number];

export function verdict(
  found: Findings,
  fault: Pick<Fault, "unreachable" | "silent" | "hosts">,
  endsGuest: string | undefined,
): Problem[] {
  return [...doubled(found), ...lost(found, endsGuest), ...misreported(found, fault), ...notConverged(found, fault)];
}

/** Hosts with a process of the guest. */
const hostsOf = ({ qemus }: GuestObservation) => Object.keys(qemus).filter((host) => qemus[host] !== 0);

function doubled({ life, end }: Findings): Problem[] {
  const [host, another] = hostsOf(end);
  return [
    life.repeats > 0 && `the guest wrote numbers again (${life.repeats} times)`,
    host && another && `processes of it on ${host} and ${another} in the end`,
  ].flatMap((what) => (what ? [{ kind: "doubled" as const, what }] : []));
}

function lost({ life }: Findings, endsGuest: string | undefined): Problem[] {
  return [
    !life.counts && "the guest does not count any more",
    life.restarts > 0 && endsGuest === undefined && "the guest was restarted",
    life.restarts > 1 && endsGuest !== undefined && "the guest was restarted more than once",
    life.gaps > 0 && `numbers are missing (${life.gaps} times)`,
    life.garbage > 0 && `lines that are no numbers (${life.garbage})`,
  ].flatMap((what) => (what ? [{ kind: "lost" as const, what }] : []));
}

function misreported(
  { standing, mended, refresh }: Findings,
  { unreachable, silent }: Pick<Fault, "unreachable" | "silent">,
): Problem[] {
  const during = standing?.refresh;
  const unknown = unreachable ?? silent;
  const was = `the ${unknown} was ${unreachable ? "unreachable" : "silent"}`;
  return [
    during && unknown && during.ended !== "error" && `${was}, and refresh said ${during.ended}`,
    during && standing && !unknown && disagrees(during, standing.seen),
    disagrees(refresh, mended),
    unknown && standing?.up && standing.up.ended !== "error" && `${was}, and up said ${standing.up.ended}`,
  ].flatMap((what) => (what ? [{ kind: "misreported" as const, what }] : []));
}

/** An error claims nothing. */
function disagrees(said: RefreshSaid, seen: GuestObservation): string | undefined {
  if (said.ended === "error") return undefined;
  const hosts = hostsOf(seen);
  if (said.ended === "gone") return hosts.length > 0 ? `refresh said gone, it is on ${hosts.join(", ")}` : undefined;
  const runs = said.state !== "shut off";
  if (!runs) return hosts.length > 0 ? `refresh said shut off, it is on ${hosts.join(", ")}` : undefined;
  if (said.host !== undefined && hosts.includes(said.host)) return undefined;
  return `refresh said ${said.state} on ${said.host}, it is on ${hosts.join(", ") || "no host"}`;
}

function notConverged({ nextUp, again, end, refresh }: Findings, fault: Pick<Fault, "hosts">): Problem[] {
  const destination = fault.hosts?.destination ?? "hv-b";
  const hosts = hostsOf(end).join(", ");
  return [
    nextUp.ended === "error" && `the next up failed: ${nextUp.message?.slice(0, 300)}`,
    nextUp.ended === "unchanged" && refresh.ended !== "unchanged" && "the next up found nothing to do",
    again.refresh.ended !== "unchanged" && `then refresh said ${again.refresh.ended}`,
    again.up.ended !== "unchanged" && `then up said ${again.up.ended}`,
    hosts !== destination && `it ended on ${hosts || "no host"}`,
  ].flatMap((what) => (what ? [{ kind: "not converged" as const, what }] : []));
}
