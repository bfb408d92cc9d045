/** Changes of firewalld that a reload would lose. */
import type { RemoteHost } from "../host/host";
import { askRecords, firstOf, recordFunctions } from "../host/records";
import { sh } from "../host/script";

const script = sh`${recordFunctions}
  all() { firewall-cmd "$@" --list-all-zones; firewall-cmd "$@" --list-all-policies; firewall-cmd "$@" --direct --get-all-rules; }
  record runtime "$(all)"; record permanent "$(all --permanent)"`;

export async function hasUnsavedChanges(host: RemoteHost, signal: AbortSignal): Promise<boolean> {
  const records = await askRecords(host, script, [], { signal });
  return differsForGood(firstOf(records, "runtime"), firstOf(records, "permanent"));
}

/** Pure. Which interface is in a zone is not lost: firewalld remembers it over a reload. */
export const differsForGood = (runtime: string, permanent: string): boolean => lasting(runtime) !== lasting(permanent);

const lasting = (text: string) =>
  text
    .split("\n")
    .filter((line) => !/^\s*interfaces:/.test(line))
    .map((line) => line.replace(/ \([a-z, ]*\)$/, "").trimEnd())
    .join("\n");
