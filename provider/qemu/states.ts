/**
 * Pure: a guest's state in libvirt's terms, which the decision table uses, from QEMU's run state and migration status.
 *
 * @see https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html (RunState, MigrationStatus)
 * @see https://libvirt.org/manpages/virsh.html#domstate
 */

import type { DomainFacts } from "../placement/observe/observation";
import { own } from "../util/own";

export type DomainState = Pick<DomainFacts, "state" | "reason" | "job">;

/** QEMU 11.0 and newer is `failing` while it cleans up, before it is `failed`. */
const isOngoing = (migration: string): boolean =>
  ["setup", "cancelling", "failing", "active", "pre-switchover", "device", "wait-unplug", beforePostCopy].includes(
    migration,
  );

/**
 * QEMU 10.2 and newer: the destination loads the devices, and runs nothing yet. When it fails, the source goes on, as before
 * any post-copy.
 */
const beforePostCopy = "postcopy-device";

/**
 * The state of a guest. QEMU has one migration status for both directions; the direction follows from the run state.
 *
 * @param run `status` of `query-status`
 * @param migration `status` of `query-migrate`; "none" before the first migration
 */
export function domainState(run: string, migration: string): DomainState {
  const postCopy = postCopyReason(migration);
  const isSource = run === "finish-migrate" || run === "postmigrate";
  if (postCopy)
    return { state: isSource ? "paused" : "running", reason: postCopy, job: isSource ? "outgoing" : "incoming" };
  if (run === "inmigrate")
    return { state: "paused", reason: receiving.includes(migration) ? "migrating" : "starting up", job: "incoming" };
  // QEMU leaves a guest paused that was paused before its migration failed.
  if (isSource && (migration === "failed" || migration === "cancelled")) return paused("user");
  if (isSource) return { ...paused("migrating"), job: isOngoing(migration) ? "outgoing" : "none" };
  const job = isOngoing(migration) ? "outgoing" : "none";
  if (run === "running") return { state: "running", reason: own(runningReasons, migration) ?? "booted", job };
  if (run === "paused") return { ...paused(migration === "completed" ? "migrated" : "user"), job };
  return { ...(own(otherRunStates, run) ?? paused("unknown")), job };
}

/** Reasons of a running guest. `migrated` also tells the guest from the stale copy that it left on its source. */
const runningReasons: Readonly<Record<string, string>> = {
  completed: "migrated",
  failed: "migration canceled",
  cancelled: "migration canceled",
};

const receiving = ["active", beforePostCopy];

function postCopyReason(migration: string): string | undefined {
  if (migration === beforePostCopy) return undefined;
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
