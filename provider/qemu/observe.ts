/** Facts of one guest on one host: systemd's of its unit, QEMU's of its state. */
import { isDeepStrictEqual } from "node:util";
import { SocketClosed } from "../host/errors";
import type { RemoteHost } from "../host/host";
import { askRecords, firstOf, type HostRecord, recordFunctions } from "../host/records";
import { sh } from "../host/script";
import { qemuFunction } from "../placement/observe/has-qemu";
import {
  ChangedWhileReading,
  type DomainFacts,
  type DomainName,
  type HostAnswer,
} from "../placement/observe/observation";
import { digest } from "../util/identity";
import type { Owner } from "../util/owner";
import { MonitorClosed } from "./errors";
import { stateIn, withMonitor } from "./qmp/monitor";
import { argvInRecord, earlierArgv } from "./record";
import type { DomainState } from "./states";
import { ownerFile, readQemuArgv, recordedOwner, recordNameIn, unitFolder, unitOf } from "./unit";

const script = sh`${recordFunctions}${qemuFunction}
  said=$(systemctl show --property=LoadState,SubState,Result,MainPID,Environment -- "$1")
  record unit "$said"
  pid=$(printf '%s\n' "$said" | sed -n 's/^MainPID=//p')
  [ "$pid" -eq 0 ] || record argv "$(base64 -w 0 -- "/proc/$pid/cmdline" 2> /dev/null || true)"
  name=$(printf '%s\n' "$said" | sed -n 's/^Environment=\(.* \)\{0,1\}PULUMI_KVM_LIVE_RECORD=\(argv-[a-f0-9-]*\).*/\2/p')
  [ -z "$name" ] || record recorded "$(base64 -w 0 -- "$4/$name" 2> /dev/null || true)"
  record owner "$(cat -- "$3" 2> /dev/null || true)"
  record qemus "$(qemus_of "$2")"`;

interface UnitFacts {
  /** Undefined: systemd knows no such unit. */
  unit:
    | {
        runs: boolean;
        isFailed: boolean;
        /** Arguments that it was started with, by its record; without one those that its process shows, if it has any. */
        argv: string[];
        /** Why nothing may be started with these arguments; absent when all is well. */
        argvProblem?: string;
        owner: Owner | undefined;
      }
    | undefined;
  hasQemu: boolean;
}

export async function unitFacts(host: RemoteHost, uuid: string, signal?: AbortSignal): Promise<UnitFacts> {
  const unit = unitOf(uuid);
  return parseUnitFacts(
    await askRecords(host, script, [unit, uuid, ownerFile(uuid), unitFolder(uuid)], signal && { signal }),
  );
}

/** Pure: the script's answer. */
export function parseUnitFacts(records: readonly HostRecord[]): UnitFacts {
  const properties = new Map(
    firstOf(records, "unit")
      .split("\n")
      .map((line) => [line.split("=")[0] ?? "", line.replace(/^\w+=/, "")]),
  );
  const hasQemu = firstOf(records, "qemus").trim() !== "";
  if (properties.get("LoadState") !== "loaded") return { unit: undefined, hasQemu };
  const subState = properties.get("SubState") ?? "";
  const runs = !["exited", "failed", "dead"].includes(subState);
  const environment = properties.get("Environment") ?? "";
  const recordName = recordNameIn(environment);
  const decoded = (key: string) => Buffer.from(firstOf(records, key), "base64").toString();
  const owner = recordedOwner(environment, firstOf(records, "owner"));
  const known = { runs, isFailed: properties.get("Result") !== "success", owner };
  const recorded = recordName === undefined ? earlierArgv(environment) : argvInRecord(decoded("recorded"));
  const shown = decoded("argv").split("\0").slice(0, -1);
  // Before it, the process is systemd's still, and then the script's.
  const isSettled = runs && subState !== "start" && shown.length > 0 && !isUnitScript(shown);
  // The program was looked up, and shows its whole path.
  if (!runs || (isSettled && isDeepStrictEqual(recorded.slice(1), shown.slice(1))))
    return { unit: { ...known, argv: recorded }, hasQemu };
  if (!isSettled) return { unit: { ...known, argv: [] }, hasQemu };
  const unrecorded = recordName === undefined ? argvProblems.byHand : argvProblems.lost;
  return recorded.length > 0
    ? { unit: { ...known, argv: recorded, argvProblem: argvProblems.changed }, hasQemu }
    : { unit: { ...known, argv: shown, argvProblem: unrecorded }, hasQemu };
}

const isUnitScript = ([shell, script = ""]: readonly string[]) =>
  shell === "/bin/sh" && /^\/run\/pulumi-kvm-live\/qemu\/[a-f0-9-]{36}\/unit\.sh$/.test(script);

/** A process can write what /proc shows of its arguments: they prove nothing, and no host runs anything because of them. */
const argvProblems = {
  changed:
    "its process shows other arguments than it was started with, which only the process itself can have changed: what runs in it may have broken out of the guest. Look into it before you start the guest again",
  lost: "the record of the arguments that it was started with is gone from /run, so that nothing but the process itself tells them. Shut it down, and `pulumi up` starts it again",
  byHand:
    "it was started by hand, so that nothing but the process itself tells with which arguments. Shut it down, and `pulumi up` starts it again",
};

/** Each host is asked twice: QEMU is only asked where there is one. */
export async function observeGuest(host: RemoteHost, domain: DomainName, signal: AbortSignal): Promise<HostAnswer> {
  const { unit, hasQemu } = await unitFacts(host, domain.uuid, signal);
  const answer = { names: new Map<string, string>(), hasQemu };
  if (!unit) return answer;
  if (unit.runs && unit.argv.length === 0) throw new ChangedWhileReading(domain.uuid); // it starts or ends just now
  if (!unit.runs) return { ...answer, domain: factsOf(unit, ended(unit.isFailed)) };
  try {
    return { ...answer, hasQemu: true, domain: factsOf(unit, await withMonitor(host, domain, stateIn, signal)) };
  } catch (error) {
    if (error instanceof SocketClosed || error instanceof MonitorClosed)
      throw new ChangedWhileReading(domain.uuid, error.message); // it starts or ends just now
    throw error;
  }
}

const ended = (isFailed: boolean): DomainState => ({
  state: "shut off",
  reason: isFailed ? "crashed" : "shutdown",
  job: "none",
});

/** A guest of this provider is known by its unit's name; the unit stays when the guest has ended. */
function factsOf({ argv, argvProblem, owner }: NonNullable<UnitFacts["unit"]>, state: DomainState): DomainFacts {
  const { name, commandLine } = readQemuArgv(argv);
  const definitionDigest = digestOf(commandLine);
  const fixed = { persistent: true, autostart: false, managedSave: false, mark: definitionDigest };
  const known = { ...(owner && { owner }), ...(argvProblem && { commandLineProblem: argvProblem }) };
  return { name, ...state, ...fixed, ...known, definitionDigest, commandLine };
}

export const digestOf = (commandLine: readonly string[]): string => digest(JSON.stringify(commandLine));
