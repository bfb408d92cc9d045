/** What a machine has at the moment, whatever runs its guests: found out by one command, which a driver may add to. */
import { askRecords, filesIn, firstOf, type HostRecord, recordFunctions } from "../../host/records";
import { type ShellText, scriptFile, sh } from "../../host/script";
import type { Operation } from "../../util/operation";
import { maximumAgeMs, SharedAnswers } from "../../util/shared-answers";
import type { Candidate } from "../observe/candidate";
import { placeOf } from "./known-host";

export interface MachineFacts {
  /** How much its clock is ahead of this process's, in milliseconds: it is between the two. */
  clockAheadMs: { atLeast: number; atMost: number };
  /** Memory that programs may still take; undefined where the kernel is told to give out more than it has. */
  freeKiB: number | undefined;
  /** Free huge pages, by their size in KiB. */
  freeHugePages: ReadonlyMap<number, number>;
  /** Memory that the QEMU of each guest takes now, in KiB, by the guest's UUID. */
  residentKiB: ReadonlyMap<string, number>;
  /** Numbers of the CPUs that are online; undefined where that is not known. */
  cpus: ReadonlySet<number> | undefined;
  /** Numbers of the NUMA nodes that are online. */
  nodes: ReadonlySet<number> | undefined;
}

/** A script, to which a driver may add its own. */
export const machineFactsScript = sh`${recordFunctions}${scriptFile(__dirname, "machine-facts.sh")}`;

/** When a question was sent, and when its answer had come, in milliseconds. */
export interface Asked {
  from: number;
  to: number;
}

/**
 * Facts of a host by this script. A preview may use what another guest of it was told some seconds ago; who acts asks anew.
 *
 * @throws HostError
 */
export function factsBy<Facts>(script: ShellText, parse: (records: readonly HostRecord[], asked: Asked) => Facts) {
  const shared = new SharedAnswers<Facts>(maximumAgeMs.machine);
  return (on: Candidate, { acts, signal }: Operation): Promise<Facts> => {
    const ask = async () => {
      const from = Date.now();
      return parse(await askRecords(on.host, script, [], { signal }), { from, to: Date.now() });
    };
    return acts ? ask() : shared.get(placeOf(on).place, ask);
  };
}

export const machineFactsOf = factsBy(machineFactsScript, machineFacts);

/** Pure. */
export function machineFacts(records: readonly HostRecord[], asked: Asked): MachineFacts {
  const clock = Number(firstOf(records, "clock") || Number.NaN) * 1000;
  const files = filesIn(firstOf(records, "files"));
  const textOf = (path: string) => files.get(path) ?? "";
  return {
    // It has whole seconds only.
    clockAheadMs: { atLeast: clock - asked.to, atMost: clock + 1000 - asked.from },
    freeKiB: freeKiB(textOf("/proc/meminfo"), textOf("/proc/sys/vm/overcommit_memory")),
    freeHugePages: freeHugePages(files),
    residentKiB: residentKiB(firstOf(records, "qemus"), firstOf(records, "resident")),
    cpus: numbersIn(textOf("/sys/devices/system/cpu/online")),
    nodes: numbersIn(textOf("/sys/devices/system/node/online")),
  };
}

function freeHugePages(files: ReadonlyMap<string, string>): Map<number, number> {
  const pages = new Map<number, number>();
  for (const [path, text] of files) {
    const sizeKiB = /\/hugepages-(\d+)kB\/free_hugepages$/.exec(path)?.[1];
    if (sizeKiB !== undefined) pages.set(Number(sizeKiB), Number(text));
  }
  return pages;
}

/** @param qemus lines `/proc/PID/cmdline-UUID`, among others. @param resident lines `/proc/PID/status:VmRSS: … kB` */
function residentKiB(qemus: string, resident: string): Map<string, number> {
  const taken = new Map(
    [...resident.matchAll(/^\/proc\/(\d+)\/status:VmRSS:\s+(\d+) kB$/gm)].map(([, pid, kib]) => [pid, Number(kib)]),
  );
  return new Map(
    [...qemus.matchAll(/^\/proc\/(\d+)\/cmdline-([0-9a-f-]{36})$/gm)].map(([, pid, uuid = ""]) => [
      uuid,
      taken.get(pid) ?? 0,
    ]),
  );
}

/** @see https://www.kernel.org/doc/html/latest/mm/overcommit-accounting.html */
function freeKiB(meminfo: string, overcommit: string): number | undefined {
  const of = (key: string) => Number(new RegExp(`^${key}: +(\\d+) kB$`, "m").exec(meminfo)?.[1] ?? Number.NaN);
  if (overcommit.trim() === "1") return undefined;
  const available = of("MemAvailable") + (of("SwapFree") || 0);
  const free = overcommit.trim() === "2" ? Math.min(available, of("CommitLimit") - of("Committed_AS")) : available;
  return Number.isFinite(free) ? free : undefined;
}

/** More than any host has, so that no text makes a set of any size. */
const highestNumber = 16_384;

/**
 * Numbers in the notation of the kernel and of libvirt, e.g. `0-3,^2,8`; undefined for anything else.
 *
 * @see https://libvirt.org/formatdomain.html#cpu-allocation (cpuset)
 */
export function numbersIn(list: string): Set<number> | undefined {
  const numbers = new Set<number>();
  const parts = list.trim().split(/\s*,\s*/);
  for (const part of parts) {
    const [, not, first = "", last = first] = /^(\^?)(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    if (first === "" || Number(last) > highestNumber) return undefined;
    for (let number = Number(first); number <= Number(last); number++)
      not ? numbers.delete(number) : numbers.add(number);
  }
  return numbers;
}

/** In the same notation. */
export function listOf(numbers: Iterable<number>): string {
  const sorted = [...numbers].sort((one, other) => one - other);
  const ranges: [number, number][] = [];
  for (const number of sorted) {
    const last = ranges.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(",");
}
