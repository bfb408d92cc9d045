/** What one host knows of one guest: systemd of its unit, QEMU of its state. */
import { SocketClosed } from "../host/errors";
import type { Host } from "../host/host";
import { firstOf, parseRecords, recordFunctions } from "../host/records";
import { runScript } from "../host/script";
import { type DomainFacts, DomainInFlux, type DomainName, type HostView } from "../placement/observation";
import { digest } from "../util/identity";
import { MonitorClosed } from "./errors";
import { monitored, stateIn } from "./monitor";
import type { State } from "./states";
import { asGiven, readQemuArgv, unitOf, unitPath } from "./unit";

/** systemctl prints a command line without its quotes, D-Bus as it is. An argument of a process is a line to `grep -z`. */
const script = `${recordFunctions}
  record_output unit systemctl show --property=LoadState,SubState,Result -- "$1"
  record_output argv busctl --json=short get-property org.freedesktop.systemd1 "$2" org.freedesktop.systemd1.Service ExecStart
  record qemus "$(grep -lsz '^-uuid$' /proc/[0-9]*/cmdline | xargs -r grep -lsz "^$3$" || true)"`;

interface UnitFacts {
  /** Undefined: systemd knows no such unit. */
  unit: { runs: boolean; isFailed: boolean; argv: string[] } | undefined;
  hasQemu: boolean;
}

export async function unitFacts(host: Host, uuid: string, signal?: AbortSignal): Promise<UnitFacts> {
  const unit = unitOf(uuid);
  const { stdout } = await runScript(host, script, [unit, unitPath(unit), uuid], signal && { signal });
  return parseUnit(stdout);
}

/** Pure: the script's answer. */
export function parseUnit(stdout: string): UnitFacts {
  const records = parseRecords(stdout);
  const properties = new Map(
    firstOf(records, "unit")
      .split("\n")
      .map((line) => [line.split("=")[0] ?? "", line.replace(/^\w+=/, "")]),
  );
  const hasQemu = firstOf(records, "qemus").trim() !== "";
  if (properties.get("LoadState") !== "loaded") return { unit: undefined, hasQemu };
  const [command] = (JSON.parse(firstOf(records, "argv")) as { data: [string, string[]][] }).data;
  const sub = properties.get("SubState") ?? "";
  const runs = !["exited", "failed", "dead"].includes(sub);
  return {
    unit: { runs, isFailed: properties.get("Result") !== "success", argv: asGiven(command?.[1] ?? []) },
    hasQemu,
  };
}

/** Each host is asked twice: QEMU is only asked where there is one. */
export async function viewGuest(host: Host, domain: DomainName, signal: AbortSignal): Promise<HostView> {
  const { unit, hasQemu } = await unitFacts(host, domain.uuid, signal);
  const view = { names: new Map<string, string>(), hasQemu };
  if (!unit) return view;
  if (!unit.runs) return { ...view, domain: factsOf(unit.argv, ended(unit.isFailed)) };
  try {
    return { ...view, hasQemu: true, domain: factsOf(unit.argv, await monitored(host, domain, stateIn, signal)) };
  } catch (error) {
    if (error instanceof SocketClosed || error instanceof MonitorClosed)
      throw new DomainInFlux(domain.uuid, error.message); // it starts or ends just now
    throw error;
  }
}

const ended = (isFailed: boolean): State => ({
  state: "shut off",
  reason: isFailed ? "crashed" : "shutdown",
  job: "none",
});

/** What was started by this provider is its own by the unit's name; the unit stays when it has ended. */
function factsOf(argv: readonly string[], state: State): DomainFacts {
  const { name, commandLine } = readQemuArgv(argv);
  const definitionDigest = digestOf(commandLine);
  const fixed = { persistent: true, autostart: false, managedSave: false };
  return { name, ...state, ...fixed, mark: definitionDigest, definitionDigest, commandLine };
}

export const digestOf = (commandLine: readonly string[]): string => digest(JSON.stringify(commandLine));
