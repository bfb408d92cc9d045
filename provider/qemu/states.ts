/**
 * Pure: QEMU's own words for a guest's state in libvirt's, which the table of placements speaks.
 *
 * @see https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html (RunState, MigrationStatus)
 * @see https://libvirt.org/manpages/virsh.html#domstate
 */
import type { DomainFacts } from "../placement/observation";

export type DomainState = Pick<DomainFacts, "state" | "reason" | "job">;

const isOngoing = (migration: string): boolean =>
  ["setup", "cancelling", "active", "pre-switchover", "device", "wait-unplug"].includes(migration);

/**
 * A QEMU has one migration status for both directions; which one it is follows from the run state.
 *
 * @param run of `query-status`. @param migration of `query-migrate`; "none" before the first
 */
export function domainState(run: string, migration: string): DomainState {
  const postCopy = postCopyReason(migration);
  const isLeaving = run === "finish-migrate" || run === "postmigrate";
  if (postCopy)
    return { state: isLeaving ? "paused" : "running", reason: postCopy, job: isLeaving ? "outgoing" : "incoming" };
  if (run === "inmigrate")
    return { state: "paused", reason: migration === "active" ? "migrating" : "starting up", job: "incoming" };
  // A guest that stood still before its move failed is left so.
  if (isLeaving && (migration === "failed" || migration === "cancelled")) return paused("user");
  if (isLeaving) return { ...paused("migrating"), job: isOngoing(migration) ? "outgoing" : "none" };
  const job = isOngoing(migration) ? "outgoing" : "none";
  if (run === "running") return { state: "running", reason: runningReasons[migration] ?? "booted", job };
  if (run === "paused") return { ...paused(migration === "completed" ? "migrated" : "user"), job };
  return { ...(otherRunStates[run] ?? paused("unknown")), job };
}

/** `migrated` is also what tells a guest from the shell that it has left. */
const runningReasons: Readonly<Record<string, string>> = {
  completed: "migrated",
  failed: "migration canceled",
  cancelled: "migration canceled",
};

function postCopyReason(migration: string): string | undefined {
  if (migration === "postcopy-paused") return "post-copy failed";
  return migration.startsWith("postcopy-") ? "post-copy" : undefined;
}

const paused = (reason: string): DomainState => ({ state: "paused", reason, job: "none" });

const otherRunStates: Readonly<Record<string, DomainState>> = {
  prelaunch: paused("starting up"),
  "io-error": paused("I/O error"),
  "guest-panicked": paused("crashed"),
  "internal-error": paused("crashed"),
  shutdown: paused("shutting down"),
  watchdog: paused("watchdog"),
  "save-vm": paused("saving"),
  "restore-vm": paused("starting up"),
  suspended: { state: "pmsuspended", reason: "unknown", job: "none" },
};
