/** Checks that both hosts have the same QEMU, or that the guest names a machine type that both know. */
import type { Candidate } from "../../placement/observe/candidate";
import type { Finding } from "../../placement/preflight/finding";
import { needsOf } from "../../qemu-command-line/needs";
import type { QemuGuestOptions } from "../guest";
import { observeMachineTypes, observeQemuVersion } from "./versions";

/** @returns the reason why the destination could not load the source's state */
export async function versionFindings(
  { emulator }: QemuGuestOptions,
  from: Candidate,
  to: Candidate,
  commandLine: readonly string[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const [fromVersion, toVersion] = await Promise.all(
    [from, to].map(({ host }) => observeQemuVersion(host, emulator, signal)),
  );
  if (fromVersion === undefined || toVersion === undefined || fromVersion === toVersion) return [];
  const { machine } = needsOf(commandLine);
  const [fromTypes = [], toTypes = []] = await Promise.all(
    [from, to].map(({ host }) => observeMachineTypes(host, emulator, signal)),
  );
  if (machine !== undefined && toTypes.includes(machine)) return [];
  const common = newestPcTypes(fromTypes.filter((type) => toTypes.includes(type)));
  const differ = `${from.name} has QEMU ${fromVersion}, and ${to.name} has ${toVersion}`;
  const fix =
    common.length === 0
      ? "Install the same version of QEMU on both."
      : `Name a machine type that both know (machine: ${common.join(" or ")}), then restart the guest; or install the same version of QEMU on both.`;
  const about = { hostName: to.name, subject: machine === undefined ? "machine" : `machine type ${machine}`, fix };
  if (machine !== undefined && fromTypes.includes(machine))
    return [
      {
        code: "machine-type-missing",
        ...about,
        seen: `${differ}, which does not know the machine type ${machine}.`,
      },
    ];
  const why =
    machine === undefined
      ? "names no machine type, and QEMU's default differs between versions"
      : `names the machine type ${machine}, which is a different machine in each version`;
  return [{ code: "machine-type-varies", ...about, seen: `${differ}: the guest's command line ${why}.` }];
}

/** The newest i440fx and the newest q35 type among these. */
function newestPcTypes(types: readonly string[]): string[] {
  return ["i440fx", "q35"].flatMap((board) =>
    types
      .filter((type) => new RegExp(`^pc-${board}-[\\d.]+$`).test(type))
      .sort((one, other) => one.localeCompare(other, "en", { numeric: true }))
      .slice(-1),
  );
}
