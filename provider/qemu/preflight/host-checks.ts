/** Facts of a host that a guest's QEMU depends on, beside files, found out by one command. */
import type { Host } from "../../host/host";
import { firstOf, parseRecords, recordFunctions, valuesOf } from "../../host/records";
import { runScript } from "../../host/script";
import type { RunAs } from "../unit";

export interface QemuHostFacts {
  /** True when the emulator is installed. */
  hasEmulator: boolean;
  /** True when /dev/kvm exists. */
  hasKvm: boolean;
  /** TCP sockets that something listens on, as `ADDRESS:PORT`. */
  listening: string[];
  /** Files that the user that QEMU runs as may not open. */
  inaccessibleFiles: string[];
}

/** A file and the access that QEMU needs: `rw:/path` or `r:/path`. */
type Access = `${"r" | "rw"}:${string}`;

const script = `${recordFunctions}
  emulator=$1 uid=$2 gid=$3; shift 3
  record emulator "$(command -v -- "$emulator")"
  record kvm "$([ ! -e /dev/kvm ] || echo yes)"
  record listening "$(ss -Hltn | awk '{ print $4 }')"
  may() {
    if [ "$uid" = 0 ]; then test "$@"; else setpriv --reuid="$uid" --regid="$gid" --clear-groups test "$@"; fi
  }
  for file; do
    path=\${file#*:}
    [ -e "$path" ] || continue
    if may -r "$path"; then case $file in rw:*) may -w "$path" && continue ;; *) continue ;; esac; fi
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
