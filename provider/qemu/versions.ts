/** QEMU's version and machine types. @see https://www.qemu.org/docs/master/system/qemu-manpage.html (-machine help) */
import type { Host } from "../host/host";
import { runScript } from "../host/script";

/** @returns e.g. `7.2.22`; undefined when there is no such program or it says something else */
export async function observeQemuVersion(
  host: Host,
  emulator: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const script = 'command -v -- "$1" > /dev/null || exit 0; "$1" --version | head -n 1';
  return parseQemuVersion((await runScript(host, script, [emulator], { signal })).stdout);
}

/** Pure. */
export const parseQemuVersion = (text: string): string | undefined => /^QEMU emulator version ([\d.]+)/.exec(text)?.[1];

export async function supportsRunWith(host: Host, emulator: string, signal: AbortSignal): Promise<boolean> {
  const [major = 0, minor = 0] = ((await observeQemuVersion(host, emulator, signal)) ?? "").split(".").map(Number);
  return major > 9 || (major === 9 && minor >= 1);
}

/** Names of all machine types, without aliases such as `pc`, which is another type in each version. */
export async function observeMachineTypes(host: Host, emulator: string, signal: AbortSignal): Promise<string[]> {
  const { stdout } = await runScript(host, '"$1" -machine help', [emulator], { signal });
  return parseMachineTypes(stdout);
}

/** Pure. */
export function parseMachineTypes(help: string): string[] {
  const rows = help.split("\n").slice(1);
  return rows.filter((row) => !/\(alias of /.test(row)).flatMap((row) => row.split(/\s+/)[0] || []);
}
