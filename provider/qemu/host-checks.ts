/** What else a host must have for a guest's QEMU, beside files: asked for by one command. */
import type { Host } from "../host/host";
import { firstOf, parseRecords, recordFunctions, valuesOf } from "../host/records";
import { runScript } from "../host/script";
import type { RunAs } from "./unit";

export interface QemuHostFacts {
  hasEmulator: boolean;
  hasKvm: boolean;
  /** `ADDRESS:PORT` of all that listens. */
  listening: string[];
  /** Files that QEMU could not open as the user that it becomes. */
  inaccessibleFiles: string[];
}

/** A file to be opened: `rw:/path` or `r:/path`. */
type Access = `${"r" | "rw"}:${string}`;

const script = `${recordFunctions}
  emulator=$1 uid=$2 gid=$3; shift 3
  record emulator "$(command -v -- "$emulator")"
  record kvm "$([ ! -e /dev/kvm ] || echo yes)"
  record listening "$(ss -Hltn | awk '{ print $4 }')"
  may() {
    if [ "$uid" = 0 ]; then test "$@"; else setpriv --reuid="$uid" --regid="$gid" --clear-groups test "$@"; fi
  }
  for word; do
    path=\${word#*:}
    [ -e "$path" ] || continue
    if may -r "$path"; then case $word in rw:*) may -w "$path" && continue ;; *) continue ;; esac; fi
    record forbidden "$path"
  done`;

export async function observeQemuHost(
  host: Host,
  emulator: string,
  { uid, gid }: RunAs,
  files: readonly Access[],
  signal: AbortSignal,
): Promise<QemuHostFacts> {
  const { stdout } = await runScript(host, script, [emulator, String(uid), String(gid), ...files], { signal });
  const records = parseRecords(stdout);
  return {
    hasEmulator: firstOf(records, "emulator").trim() !== "",
    hasKvm: firstOf(records, "kvm").trim() === "yes",
    listening: firstOf(records, "listening").split("\n").filter(Boolean),
    inaccessibleFiles: valuesOf(records, "forbidden").map(([path = ""]) => path),
  };
}
