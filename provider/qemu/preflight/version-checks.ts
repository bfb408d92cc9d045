/** Checks that both hosts have the same QEMU, or that the guest names a machine type that both know, and what options need. */
import { parallelPostCopySince } from "../../placement/migration/parallel-post-copy";
import type { Candidate } from "../../placement/observe/candidate";
import type { Finding } from "../../placement/preflight/finding";
import { releaseFindings } from "../../placement/preflight/releases";
import { needsOf } from "../../qemu-command-line/needs";
import { isAtLeast } from "../../util/version";
import type { QemuGuestOptions } from "../guest";
import type { QemuMigrationOptions } from "../migration/options";
import { observeMachineTypes, observeQemuVersion } from "./versions";

/** @returns the reasons why the destination could not load the source's state, and why QEMU there would refuse an option */
export async function versionFindings(
  { domain: { name }, emulator, migration }: QemuGuestOptions,
  from: Candidate,
  to: Candidate,
  commandLine: readonly string[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const [fromVersion, toVersion] = await Promise.all(
    [from, to].map(({ host }) => observeQemuVersion(host, emulator, signal)),
  );
  const parallel = parallelPostCopyFindings(migration, [
    { hostName: from.name, version: fromVersion },
    { hostName: to.name, version: toVersion },
  ]);
  if (fromVersion === undefined || toVersion === undefined || fromVersion === toVersion) return parallel;
  const { machine } = needsOf(commandLine);
  const [fromTypes = [], toTypes = []] = await Promise.all(
    [from, to].map(({ host }) => observeMachineTypes(host, emulator, signal)),
  );
  if (machine !== undefined && toTypes.includes(machine)) {
    const move = {
      from: { name: from.name, qemuVersion: fromVersion },
      to: { name: to.name, qemuVersion: toVersion },
      threads: 1, // of concern to libvirt only
      hasPostCopy: migration.postCopy !== undefined,
    };
    return [...parallel, ...releaseFindings(name, move)];
  }
  const common = newestPcTypes(fromTypes.filter((type) => toTypes.includes(type)));
  const differ = `${from.name} has QEMU ${fromVersion}, and ${to.name} has ${toVersion}`;
  const fix =
    common.length === 0
      ? "Install the same version of QEMU on both."
      : `Name a machine type that both know (machine: ${common.join(" or ")}), then restart the guest; or install the same version of QEMU on both.`;
  const about = { hostName: to.name, subject: machine === undefined ? "machine" : `machine type ${machine}`, fix };
  if (machine !== undefined && fromTypes.includes(machine))
    return [
      ...parallel,
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
  return [...parallel, { code: "machine-type-varies", ...about, seen: `${differ}: the guest's command line ${why}.` }];
}

/** Pure. @param hosts with the version of their emulator, undefined where it has told none */
export function parallelPostCopyFindings(
  { multifdChannels, postCopy }: Pick<QemuMigrationOptions, "multifdChannels" | "postCopy">,
  hosts: readonly { hostName: string; version: string | undefined }[],
): Finding[] {
  if (multifdChannels === undefined || postCopy === undefined) return [];
  const older = hosts.filter(({ version }) => version === undefined || !isAtLeast(version, parallelPostCopySince));
  return older.map(({ hostName, version = "one that is not known" }) => ({
    code: "post-copy-parallel-unsupported",
    hostName,
    subject: "migration.postCopy",
    seen: `migration.postCopy: with multifdChannels it needs QEMU ${parallelPostCopySince} or newer on both hosts, and ${hostName} has ${version}.`,
    fix: "Leave one of the two out, or update QEMU there and start the guest anew.",
  }));
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
