/** Where the guest is and whether it is well, by its processes and its own counter; libvirt's and the provider's word does not count. */

import { readCounter } from "../../lab/guest/counter";
import { serialLogPath } from "../../lab/guest/domain";
import type { LabHost } from "../../lab/lab-host";
import { retryUntil } from "../../provider/util/policy";
import type { Scene } from "./scene";

export interface GuestObservation {
  /** QEMU processes of the guest on each host; "unreachable" when it does not answer. */
  qemus: Record<string, number | "unreachable">;
  /** What libvirt says there, by host; for the record only. */
  libvirt: Record<string, string>;
}

// Without the brackets the shell that asks would find itself.
const askQemus = 'echo "qemus $(pgrep -c -f -- "[-]uuid $1")"';
const askLibvirt = 'timeout 10 virsh domstate "$1" --reason 2>&1 | head -1';

export async function observeGuest(scene: Scene): Promise<GuestObservation> {
  const { uuid } = scene.guest;
  const observations = await Promise.all(scene.hypervisors.map((host) => observeOn(host, uuid)));
  const observation: GuestObservation = { qemus: {}, libvirt: {} };
  for (const { name, qemus, libvirt } of observations)
    [observation.qemus[name], observation.libvirt[name]] = [qemus, libvirt];
  scene.note(`seen: ${JSON.stringify(observation)}`);
  return observation;
}

async function observeOn(host: LabHost, uuid: string) {
  const unreachable = { name: host.name, qemus: "unreachable" as const, libvirt: "" };
  if (!host.isRunning || (await host.isPartitioned())) return unreachable;
  const ask = (text: string) => host.tryExec(["sh", "-c", text, "sh", uuid], { timeoutMs: 25_000 });
  try {
    const [own, daemon] = await Promise.all([ask(askQemus), ask(askLibvirt)]);
    const count = /^qemus (\d+)$/m.exec(own.stdout)?.[1];
    if (count === undefined) return unreachable;
    return { name: host.name, qemus: Number(count), libvirt: daemon.stdout.trim() };
  } catch {
    return unreachable;
  }
}

export interface Life {
  counts: boolean;
  numbers: number;
  /** How often it began again at 1. */
  restarts: number;
  /** Numbers that came twice: a second guest wrote, or an older state went on. */
  repeats: number;
  /** How often numbers are missing. */
  gaps: number;
  garbage: number;
  /** The first places where any of this happened. */
  places: { after: number; came: number }[];
}

/**
 * Pure: a guest that is killed leaves half a line, and the first number of the next one ends it: `8` of 844, then `1`. Of a
 * host that loses its power, NFS has made room for what was to be written, and nulls are read there.
 */
function withoutCutLines(log: string): string {
  const lines = log.replaceAll("\0", "").split("\n");
  const isCut = (line: string, index: number) =>
    line.length > 1 &&
    line.endsWith("1") &&
    lines[index + 1] === "2" &&
    String(Number(lines[index - 1]) + 1).startsWith(line.slice(0, -1));
  return lines.map((line, index) => (isCut(line, index) ? "1" : line)).join("\n");
}

/** Pure: what the log proves. */
export function readLife(log: string, counts: boolean): Life {
  const { numbers, breaks, garbage } = readCounter(withoutCutLines(log));
  return {
    counts,
    numbers: numbers.length,
    restarts: breaks.filter(({ came }) => came === 1).length,
    repeats: breaks.filter(({ came, after }) => came !== 1 && came <= after).length,
    gaps: breaks.filter(({ came, after }) => came > after + 1).length,
    garbage: garbage.length,
    places: breaks.slice(0, 8),
  };
}

/** Reads the log, on the file server or on both hypervisors, until the guest has gone on counting; for a minute at most. */
export async function life(scene: Scene): Promise<Life> {
  const path = serialLogPath(scene.guest.guest);
  const read = async () => {
    const parts = await Promise.all(scene.logHosts.map((host) => host.script('[ ! -e "$1" ] || cat "$1"', path)));
    return parts.map(({ stdout }) => stdout).join("");
  };
  const size = (await read()).length;
  const grown = async () => {
    if ((await read()).length < size + 20) throw new Error("does not count");
    return true;
  };
  const counts = await retryUntil(grown, { everyMs: 200, timeoutMs: 60_000 }).catch(() => false);
  const found = readLife(await read(), counts);
  scene.note(`counter: ${JSON.stringify(found)}`);
  return found;
}
