/** Runs `virsh migrate` on the source. */
import type { Host } from "../../host/host";
import type { PerformOutcome } from "../../placement/driver";
import { explained } from "../errors";
import { parseJob } from "./job";

/** Migrations of large, busy guests take hours; what ends one that hangs is libvirt's keepalive. */
const abandonAfterMs = 7 * 24 * 3600 * 1000;

/**
 * After post-copy neither side keeps a record: the source has forgotten the domain, and the destination never had one.
 * The figures are in an event that the source sends before that. virsh may miss it if it begins to listen too late.
 */
const listenAndMigrate = `uuid=$1; shift
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
  host: Host,
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
