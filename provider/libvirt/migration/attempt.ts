/** One live migration by libvirt: `virsh migrate` on the source. */

import type { RemoteHost } from "../../host/host";
import { sh } from "../../host/script";
import type { MigrationAttempt, PerformOutcome } from "../../placement/driver";
import type { Candidate } from "../../placement/observe/candidate";
import { explained } from "../errors";
import type { LibvirtGuest } from "../guest";
import { migrateCommand } from "./command";
import { imagePhases } from "./copied-images";
import { parseJob } from "./job";
import { isEncrypted, transportOf } from "./options";

/** `virsh migrate` runs as long as the job does; peer to peer, the job also goes on without it. */
export function migrationAttempt(
  guest: LibvirtGuest,
  from: Candidate,
  to: Candidate,
  signal: AbortSignal,
): MigrationAttempt {
  const { domain, migration } = guest;
  return {
    ...imagePhases(guest, from, to, signal),
    async perform(withAutoConverge) {
      const options = withAutoConverge ? { ...migration, autoConverge: true } : migration;
      const listens = migration.postCopy !== undefined;
      const ended = runMigration(from.host, domain.uuid, migrateCommand(domain, to, options), { listens, signal });
      return { ended, outcome: () => ended };
    },
    stream: { encrypted: isEncrypted(migration), transport: transportOf(migration) },
  };
}

/** Migrations of large, busy guests take hours; what ends one that hangs is libvirt's keepalive. */
const abandonAfterMs = 7 * 24 * 3600 * 1000;

/**
 * After post-copy neither side keeps a record: the source has forgotten the domain, and the destination never had one.
 * The figures are in an event that the source sends before that. virsh may miss it if it begins to listen too late.
 */
const listenAndMigrate = sh`uuid=$1; shift
  figures=$(mktemp)
  virsh --connect qemu:///system event "$uuid" --event job-completed --timeout 604800 > "$figures" 2> /dev/null < /dev/null &
  listener=$! code=0
  "$@" || code=$?
  sleep 1
  kill "$listener" 2> /dev/null || true
  cat "$figures"
  rm -f "$figures"
  exit "$code"`;

export async function runMigration(
  host: RemoteHost,
  uuid: string,
  command: readonly string[],
  { listens, signal }: { listens: boolean; signal: AbortSignal },
): Promise<PerformOutcome> {
  const argv = listens ? ["sh", "-c", listenAndMigrate, "sh", uuid, ...command] : command;
  const result = await host.tryRun(argv, { timeoutMs: abandonAfterMs, signal }).catch((error: Error) => error);
  if (result instanceof Error) return { failure: result.message };
  const figures = parseJob(result.stdout);
  return {
    failure: result.exitCode === 0 ? "" : explained(result.stderr),
    ...(listens && figures.operation === "outgoing" && { figures }),
  };
}
