/** One host as a User-Mode Linux process: its disk, its power button. */
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HostSpec } from "../hosts";
import { kill, killAll, processInfo, sessionProcesses } from "./processes";

export interface Machine {
  spec: HostSpec;
  /** Folder of its own: disk, first-boot archive, console log, pid. */
  folder: string;
  cpu: number;
  /** Network namespace, as a path under /run/netns. */
  namespace: string;
}

interface PidFile {
  pid: number;
  startTime: number;
}

const consoleLog = (machine: Machine) => join(machine.folder, "console.log");
export const firstBootArchive = (machine: Machine) => join(machine.folder, "first-boot.tar");
const diskFile = (machine: Machine) => join(machine.folder, "disk.cow");
const imageRecord = (machine: Machine) => join(machine.folder, "image");
const pidFile = (machine: Machine) => join(machine.folder, "pid.json");

/** @returns the pid of the running machine, or undefined when it is off */
export function runningPid(machine: Machine): number | undefined {
  const recorded = readPidFile(machine);
  if (!recorded) return undefined;
  const info = processInfo(recorded.pid);
  return info && info.startTime === recorded.startTime ? recorded.pid : undefined;
}

export const hasDisk = (machine: Machine) => existsSync(diskFile(machine));

/** Gives it a fresh disk: a copy-on-write copy of `image`, which User-Mode Linux makes at the next boot. */
export function renewDisk(machine: Machine, image: string): void {
  mkdirSync(machine.folder, { recursive: true });
  rmSync(diskFile(machine), { force: true });
  // Recorded, since the disk is of no use with another image, and a changed recipe makes another one.
  writeFileSync(imageRecord(machine), image);
}

/** Presses the power button. The machine outlives this process. */
export function powerOn(machine: Machine): void {
  const image = readFileSync(imageRecord(machine), "utf8");
  if (!existsSync(image))
    throw new Error(`${image} is gone, and with it the disk of ${machine.spec.name}: run \`npm run lab -- up\`.`);
  const log = openSync(consoleLog(machine), "a");
  const child = spawn(
    "nsenter",
    [`--net=${machine.namespace}`, "taskset", "-c", String(machine.cpu), ...kernel(machine, image)],
    {
      detached: true, // a session of its own: that is how powerOff finds all that belongs to the machine
      stdio: ["ignore", log, log],
      env: { PATH: process.env.PATH },
    },
  );
  closeSync(log);
  child.on("error", () => {}); // a missing program shows as a machine that is off, with preflight naming it before
  child.unref();
  const info = child.pid === undefined ? undefined : processInfo(child.pid);
  if (!info) throw new Error(`${machine.spec.name} did not start; its console: ${consoleLog(machine)}.`);
  writeFileSync(pidFile(machine), JSON.stringify({ pid: info.pid, startTime: info.startTime } satisfies PidFile));
}

/**
 * Cuts the power: nothing is flushed, nothing says goodbye.
 *
 * A program of the host runs in a stub process that its kernel traces. Were the kernel killed first, the running stubs
 * would come free and their system calls would reach this machine's kernel. So the kernel is frozen, then the stubs
 * are ended, then the kernel.
 */
export async function powerOff(machine: Machine): Promise<void> {
  const recorded = readPidFile(machine);
  if (!recorded) return;
  const kernelPid = runningPid(machine);
  if (kernelPid !== undefined) kill(kernelPid, "SIGSTOP");
  const owned = () => sessionProcesses(recorded.pid, machine.namespace);
  for (const pid of owned()) if (pid !== kernelPid) kill(pid, "SIGKILL");
  await killAll(owned, machine.spec.name);
  rmSync(pidFile(machine), { force: true });
}

/** The last lines that the machine wrote on its console, for messages. */
export function consoleTail(machine: Machine, lines = 8): string {
  if (!existsSync(consoleLog(machine))) return "";
  return readFileSync(consoleLog(machine), "utf8").trimEnd().split(/\r?\n/).slice(-lines).join("\n");
}

function kernel(machine: Machine, image: string): string[] {
  const { spec, folder } = machine;
  return [
    "linux.uml",
    `ubd0=${diskFile(machine)},${image}`,
    `ubd1r=${firstBootArchive(machine)}`,
    "root=/dev/ubda",
    "rw",
    `mem=${spec.memoryMiB}M`,
    `vec0:transport=tap,ifname=${spec.name},depth=128,gro=1`,
    "con=null",
    "con0=null,fd:1",
    "console=tty0",
    `uml_dir=${folder}`,
    "umid=uml",
    "quiet",
    ...spec.masked.map((unit) => `systemd.mask=${unit}`),
  ];
}

function readPidFile(machine: Machine): PidFile | undefined {
  return existsSync(pidFile(machine)) ? (JSON.parse(readFileSync(pidFile(machine), "utf8")) as PidFile) : undefined;
}
