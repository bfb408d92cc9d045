/** For how long something has been on a host, by its own clock, in seconds. */
import type { RemoteHost } from "../../host/host";
import { runScript, sh } from "../../host/script";
import { qemuFunction } from "./has-qemu";

/** @returns undefined where that cannot be told */
export async function upForSeconds(host: RemoteHost, signal: AbortSignal): Promise<number | undefined> {
  return secondsIn((await runScript(host, sh`cut -d ' ' -f 1 /proc/uptime`, [], { signal })).stdout);
}

const processAge = sh`${qemuFunction}qemus_of "$1" | cut -d / -f 3 | xargs -r -n 1 ps -o etimes= -p`;

/** @returns the age of the guest's QEMU; Infinity where that cannot be told */
export async function qemuForSeconds(host: RemoteHost, uuid: string, signal: AbortSignal): Promise<number> {
  return secondsIn((await runScript(host, processAge, [uuid], { signal })).stdout) ?? Number.POSITIVE_INFINITY;
}

export function secondsIn(text: string): number | undefined {
  const [, seconds] = /^\s*(\d+(?:\.\d+)?)\s*$/.exec(text) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}
