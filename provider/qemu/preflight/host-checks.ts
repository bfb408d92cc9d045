/** Facts of a host that a guest's QEMU depends on, beside files, found out by one command. */
import type { RemoteHost } from "../../host/host";
import { askRecords, firstOf, recordFunctions, valuesOf } from "../../host/records";
import { scriptFile, sh } from "../../host/script";
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

const script = sh`${recordFunctions}${scriptFile(__dirname, "host-checks.sh")}`;

export async function observeQemuHost(
  host: RemoteHost,
  emulator: string,
  { uid, gid }: RunAs,
  files: readonly Access[],
  signal: AbortSignal,
): Promise<QemuHostFacts> {
  const records = await askRecords(host, script, [emulator, String(uid), String(gid), ...files], { signal });
  return {
    hasEmulator: firstOf(records, "emulator").trim() !== "",
    hasKvm: firstOf(records, "kvm").trim() === "yes",
    listening: firstOf(records, "listening").split("\n").filter(Boolean),
    inaccessibleFiles: valuesOf(records, "forbidden").map(([path = ""]) => path),
  };
}
