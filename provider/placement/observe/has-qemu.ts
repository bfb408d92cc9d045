/** Guests' QEMUs, found without what manages them: libvirt may be off, and QEMU's monitor busy. */
import type { RemoteHost } from "../../host/host";
import { runScript, sh } from "../../host/script";

/** The shell function `qemus_of UUID`. One argument of a process is one line to `grep -z`: no script that mentions a UUID counts. */
export const qemuFunction = sh`qemus_of() { grep -lsz '^-uuid$' /proc/[0-9]*/cmdline | xargs -r grep -lsz "^$1$" || true; }
`;
const script = sh`${qemuFunction}qemus_of "$1"`;

/** The shell function `uuids_of_qemus`: of all that run there, one a line, with other lines between them. */
export const allQemusFunction = sh`uuids_of_qemus() { grep -hszA1 '^-uuid$' /proc/[0-9]*/cmdline | tr '\0' '\n' || true; }
`;

/** A host that is up answers this at once. */
const timeoutMs = 20_000;

export async function hasQemu(host: RemoteHost, uuid: string, signal: AbortSignal): Promise<boolean> {
  return (await runScript(host, script, [uuid], { signal, timeoutMs })).stdout.trim() !== "";
}
