/** Verbs of a host that mounts: look, try, mount, unmount. Nothing here touches what lies below a mount: it may hang. */
import { removeEmptyDirectories, withParents } from "../host/directories";
import { CommandFailed } from "../host/errors";
import { removeFile, writeTextFile } from "../host/files";
import type { Host } from "../host/host";
import { firstOf, parseRecords, recordFunctions, valuesOf } from "../host/records";
import { runScript, scriptFile, sh } from "../host/script";
import { revertOnFailure } from "../util/reverter";
import { MountFailed, mountFailed } from "./errors";
import { type MountSteps, type MountView, missingDirectories, topMount } from "./mount-plan";
import { unitFile, unitName, unitText, type WantedMount } from "./mount-unit";
import { fstabSources, parseMountInfo } from "./mountinfo";

const observeScript = sh`${recordFunctions}${scriptFile(__dirname, "observe-mount.sh")}`;

export async function lookAtMount(host: Host, path: string, signal?: AbortSignal): Promise<MountView> {
  const values = [unitFile(path), unitName(path), path, ...withParents(path)];
  const records = parseRecords((await runScript(host, observeScript, values, signal ? { signal } : {})).stdout);
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

/** In a mount namespace of its own, which takes the mount away with it however it ends. */
const trialScript = sh`mount.nfs -V > /dev/null
  place=$(mktemp -d /run/pulumi-kvm-live.XXXXXX)
  trap 'rmdir -- "$place"' EXIT
  unshare --mount timeout -s KILL "$1" mount -t nfs -o "$2" -- "$3" "$place"`;

/**
 * Mounts it where nobody sees it, and away again: so what is wrong is known before anything is changed.
 *
 * @throws ToolMissing without mount.nfs
 */
export async function tryMount(host: Host, { source, options }: WantedMount): Promise<MountFailed | undefined> {
  const once = options.some((option) => option.startsWith("retry=")) ? options : [...options, "retry=0"];
  const argv = ["sh", "-ec", trialScript, "sh", String(trialSeconds), once.join(","), source];
  const { exitCode, stderr } = await host.tryRun(argv, { timeoutMs: 2 * trialSeconds * 1000 });
  if (exitCode === 0) return undefined;
  return mountFailed({ host: host.label, source, options, exitCode, said: stderr });
}

const usersScript = sh`${recordFunctions}${scriptFile(__dirname, "mount-users.sh")}`;

/** What keeps a mount from being taken away, beside guests. */
export interface MountUsers {
  processes: { pid: number; command: string }[];
  /** Mounts that lie below it. */
  mounts: string[];
}

export async function usersOfMount(host: Host, path: string): Promise<MountUsers> {
  const records = parseRecords((await runScript(host, usersScript, [path])).stdout);
  const mounts = parseMountInfo(firstOf(records, "mounts")).map((mount) => mount.path);
  return {
    processes: valuesOf(records, "process").map(([pid, command = ""]) => ({
      pid: Number(pid),
      command: command.trim(),
    })),
    mounts: mounts.filter((mount) => mount.startsWith(`${path}/`)),
  };
}

/** systemd gives up after the unit's own time. */
const systemdTimeoutMs = 240_000;

/** Unmounts, writes the unit, enables it, mounts; only what the steps say. What fails is undone. */
export async function settleMount(
  host: Host,
  wanted: WantedMount,
  { view, steps, created }: { view: MountView; steps: MountSteps; created: readonly string[] },
): Promise<void> {
  const { path } = wanted;
  const missing = missingDirectories(view, path);
  const text = unitText(wanted, [...new Set([...created, ...missing])]);
  if (steps.unmount) await systemctl(host, "stop", path);
  await revertOnFailure(
    async (reverter) => {
      reverter.add(() => removeEmptyDirectories(host, missing));
      reverter.add(() => restoreUnit(host, path, view));
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

/** @throws MountFailed with what mount said */
async function start(host: Host, wanted: WantedMount): Promise<void> {
  await systemctl(host, "start", wanted.path).catch(async (error: unknown) => {
    if (!(error instanceof CommandFailed)) throw error;
    const said = (await lastWords(host, wanted.path)) || error.stderr;
    throw mountFailed({ host: host.label, ...wanted, exitCode: error.exitCode, said });
  });
}

type Verb = "start" | "stop" | "reenable" | "disable" | "daemon-reload";

async function systemctl(host: Host, verb: Verb, path?: string): Promise<void> {
  const unit = path === undefined ? [] : ["--", unitName(path)];
  // Without --no-reload, enabling reloads all units by itself, which takes systemd seconds on a busy host.
  await host.run(["systemctl", "--quiet", "--no-ask-password", "--no-reload", verb, ...unit], {
    timeoutMs: systemdTimeoutMs,
  });
}

/** What mount said to systemd, this time. */
async function lastWords(host: Host, path: string): Promise<string> {
  const invocation = ["systemctl", "show", "--property=InvocationID", "--value", "--", unitName(path)];
  const id = (await host.tryRun(invocation)).stdout.trim();
  if (id === "") return "";
  return (await host.tryRun(["journalctl", "--quiet", "--output=cat", "--lines=10", `_SYSTEMD_INVOCATION_ID=${id}`]))
    .stdout;
}

/** The unit as it was before, mounted if it was. */
async function restoreUnit(host: Host, path: string, before: MountView): Promise<void> {
  if (before.unit === undefined || !before.enabled) await systemctl(host, "disable", path);
  if (before.unit === undefined) await removeFile(host, unitFile(path));
  else await writeTextFile(host, unitFile(path), before.unit, { mode: 0o644 });
  await systemctl(host, "daemon-reload");
  await forgetFailure(host, path);
  if (before.unit !== undefined && topMount(before) !== undefined) await systemctl(host, "start", path);
}

/** systemd lists a unit that failed even when its file is gone. */
async function forgetFailure(host: Host, path: string): Promise<void> {
  await host.tryRun(["systemctl", "reset-failed", "--", unitName(path)]); // an error when there is nothing to forget
}

/** Unmounts it, and takes the unit and the directories away; absent is fine. */
export async function removeMount(
  host: Host,
  path: string,
  view: MountView,
  created: readonly string[],
): Promise<void> {
  if (topMount(view) !== undefined) await systemctl(host, "stop", path);
  if (view.unit !== undefined) {
    await systemctl(host, "disable", path);
    await removeFile(host, unitFile(path));
    await systemctl(host, "daemon-reload");
  }
  await forgetFailure(host, path);
  await removeEmptyDirectories(host, created);
}
