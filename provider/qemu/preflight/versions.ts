/**
 * The version and the machine types of a host's QEMU.
 *
 * @see https://www.qemu.org/docs/master/system/qemu-manpage.html (-machine help)
 */
import type { RemoteHost } from "../../host/host";
import { runScript, sh } from "../../host/script";
import { isAtLeast } from "../../util/version";

/** @returns the version, e.g. `7.2.22`; undefined when the emulator is missing or prints no version */
export async function observeQemuVersion(
  host: RemoteHost,
  emulator: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const script = sh`command -v -- "$1" > /dev/null || exit 0; "$1" --version | head -n 1`;
  return parseQemuVersion((await runScript(host, script, [emulator], { signal })).stdout);
}

/** Pure: the version in the output of `--version`. */
export const parseQemuVersion = (text: string): string | undefined => /^QEMU emulator version ([\d.]+)/.exec(text)?.[1];

/** @returns true from QEMU 9.1 on, which has `-run-with user=` */
export async function supportsRunWith(host: RemoteHost, emulator: string, signal: AbortSignal): Promise<boolean> {
  return isAtLeast((await observeQemuVersion(host, emulator, signal)) ?? "0", "9.1");
}

/** The names of all machine types, without aliases such as `pc`, whose meaning differs per version. */
export async function observeMachineTypes(host: RemoteHost, emulator: string, signal: AbortSignal): Promise<string[]> {
  const { stdout } = await runScript(host, sh`"$1" -machine help`, [emulator], { signal });
  return parseMachineTypes(stdout);
}

/** Pure: the names in the output of `-machine help`. */
export function parseMachineTypes(help: string): string[] {
  const rows = help.split("\n").slice(1);
  return rows.filter((row) => !/\(alias of /.test(row)).flatMap((row) => row.split(/\s+/)[0] || []);
}
