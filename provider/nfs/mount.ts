/** Verbs of a mount: observe, try, apply, remove. Nothing here accesses files below a mount: that may hang. */
import { removeEmptyDirectories, withParents } from "../host/directories";
import { CommandFailed } from "../host/errors";
import { type FileMark, withDirectories } from "../host/file-mark";
import { removeFile, writeTextFile } from "../host/files";
import type { RemoteHost } from "../host/host";
import { askRecords, firstOf, recordFunctions, valuesOf } from "../host/records";
import { scriptFile, sh } from "../host/script";
import { revertOnFailure } from "../util/reverter";
import { MountFailed, mountFailed } from "./errors";
import { type MountFacts, type MountSteps, missingDirectories, topMount } from "./mount-plan";
import { unitFile, unitName, unitText, type WantedMount } from "./mount-unit";
import { fstabSources, parseMountInfo } from "./mountinfo";

const observeScript = sh`${recordFunctions}${scriptFile(__dirname, "observe-mount.sh")}`;

export async function observeMount(host: RemoteHost, path: string, signal?: AbortSignal): Promise<MountFacts> {
  const values = [unitFile(path), unitName(path), path, ...withParents(path)];
  const records = await askRecords(host, observeScript, values, signal && { signal });
  const unit = valuesOf(records, "unit")[0]?.[0];
  const shown = firstOf(records, "shown");
  const property = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(shown)?.[1] ?? "";
  return {
    ...(unit !== undefined && { unit }),
    fragment: property("FragmentPath"),
    enabled: property("UnitFileState") === "enabled",
    mounts: parseMountInfo(firstOf(records, "mounts")).filter((mount) => mount.path === path),
    fstab: fstabSources(firstOf(records, "fstab"), path),
    directories: new Map(
      withParents(path).flatMap((directory) => {
        const kind = valuesOf(records, directory)[0]?.[1];
        return kind === undefined ? [] : [[directory, kind] as const];
      }),
    ),
    contents: firstOf(records, "contents").split("\n").filter(Boolean),
  };
}

const trialSeconds = 30;

/** Mounts in a mount namespace of its own, which ends with the command, however it ends. */
const trialScript = sh`mount.nfs -V > /dev/null
  place=$(mktemp -d /run/pulumi-kvm-live.XXXXXX)
  trap 'rmdir -- "$place"' EXIT
  unshare --mount timeout -s KILL "$1" mount -t nfs -o "$2" -- "$3" "$place"`;

/**
 * Mounts the source out of everybody's sight and unmounts it, so that problems are known before anything is changed.
 *
 * @throws ToolMissing without mount.nfs
 */
export async function tryMount(host: RemoteHost, { source, options }: WantedMount): Promise<MountFailed | undefined> {
  const once = options.some((option) => option.startsWith("retry=")) ? options : [...options, "retry=0"];
  const argv = ["sh", "-ec", trialScript, "sh", String(trialSeconds), once.join(","), source];
  const { exitCode, stderr } = await host.tryRun(argv, { timeoutMs: 2 * trialSeconds * 1000 });
  if (exitCode === 0) return undefined;
  return mountFailed({ host: host.label, source, options, exitCode, said: stderr });
}

const usersScript = sh`${recordFunctions}${scriptFile(__dirname, "mount-users.sh")}`;

/** Users of a mount, besides guests. */
export interface MountUsers {
  processes: { pid: number; command: string }[];
  /** Mounts below it. */
  mounts: string[];
}

export async function usersOfMount(host: RemoteHost, path: string): Promise<MountUsers> {
  const records = await askRecords(host, usersScript, [path]);
  const mounts = parseMountInfo(firstOf(records, "mounts")).map((mount) => mount.path);
  return {
    processes: valuesOf(records, "process").map(([pid, command = ""]) => ({
      pid: Number(pid),
      command: command.trim(),
    })),
    mounts: mounts.filter((mount) => mount.startsWith(`${path}/`)),
  };
}

/** Longer than the unit's own TimeoutSec. */
const systemdTimeoutMs = 240_000;

/** Unmounts, writes the unit, enables it and mounts, as far as the steps say so. A change that fails is undone. */
export async function applyMount(
  host: RemoteHost,
  wanted: WantedMount,
  { facts, steps, mark }: { facts: MountFacts; steps: MountSteps; mark: FileMark },
): Promise<void> {
  const { path } = wanted;
  const missing = missingDirectories(facts, path);
  const text = unitText(wanted, withDirectories(mark, missing));
  if (steps.unmount) await systemctl(host, "stop", path);
  await revertOnFailure(
    async (reverter) => {
      reverter.add(() => removeEmptyDirectories(host, missing));
      reverter.add(() => restoreUnit(host, path, facts));
      if (steps.write) await writeTextFile(host, unitFile(path), text, { mode: 0o644 });
      if (steps.enable || steps.write) {
        await systemctl(host, "reenable", path);
        await systemctl(host, "daemon-reload");
      }
      if (steps.mount) await start(host, wanted);
    },
    (error) => error instanceof CommandFailed || error instanceof MountFailed,
  );
}

/** @throws MountFailed with the output of mount */
async function start(host: RemoteHost, wanted: WantedMount): Promise<void> {
  await systemctl(host, "start", wanted.path).catch(async (error: unknown) => {
    if (!(error instanceof CommandFailed)) throw error;
    const said = (await mountOutput(host, wanted.path)) || error.stderr;
    throw mountFailed({ host: host.label, ...wanted, exitCode: error.exitCode, said });
  });
}

type Verb = "start" | "stop" | "reenable" | "disable" | "daemon-reload";

async function systemctl(host: RemoteHost, verb: Verb, path?: string): Promise<void> {
  const unit = path === undefined ? [] : ["--", unitName(path)];
  // Without --no-reload, enabling reloads all units by itself, which takes systemd seconds on a busy host.
  await host.run(["systemctl", "--quiet", "--no-ask-password", "--no-reload", verb, ...unit], {
    timeoutMs: systemdTimeoutMs,
  });
}

/** Output of the last mount in systemd's journal. */
async function mountOutput(host: RemoteHost, path: string): Promise<string> {
  const invocation = ["systemctl", "show", "--property=InvocationID", "--value", "--", unitName(path)];
  const id = (await host.tryRun(invocation)).stdout.trim();
  if (id === "") return "";
  return (await host.tryRun(["journalctl", "--quiet", "--output=cat", "--lines=10", `_SYSTEMD_INVOCATION_ID=${id}`]))
    .stdout;
}

/** Restores the unit, and mounts it if it was mounted. */
async function restoreUnit(host: RemoteHost, path: string, before: MountFacts): Promise<void> {
  if (before.unit === undefined || !before.enabled) await systemctl(host, "disable", path);
  if (before.unit === undefined) await removeFile(host, unitFile(path));
  else await writeTextFile(host, unitFile(path), before.unit, { mode: 0o644 });
  await systemctl(host, "daemon-reload");
  await resetFailed(host, path);
  if (before.unit !== undefined && topMount(before) !== undefined) await systemctl(host, "start", path);
}

/** Without this systemd lists a failed unit even when its file is gone. */
async function resetFailed(host: RemoteHost, path: string): Promise<void> {
  await host.tryRun(["systemctl", "reset-failed", "--", unitName(path)]); // fails when the unit has not failed
}

/** Unmounts, and removes the unit and the directories, as far as they exist. */
export async function removeMount(
  host: RemoteHost,
  path: string,
  facts: MountFacts,
  created: readonly string[],
): Promise<void> {
  if (topMount(facts) !== undefined) await systemctl(host, "stop", path);
  if (facts.unit !== undefined) {
    await systemctl(host, "disable", path);
    await removeFile(host, unitFile(path));
    await systemctl(host, "daemon-reload");
  }
  await resetFailed(host, path);
  await removeEmptyDirectories(host, created);
}
