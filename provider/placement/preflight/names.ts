/** Checks that hosts resolve a name of another one to an address at which it can be reached. */
import { isIP } from "node:net";
import type { RemoteHost } from "../../host/host";
import { askRecords, recordFunctions } from "../../host/records";
import { sh } from "../../host/script";
import type { Finding } from "./finding";

const script = sh`${recordFunctions}for name; do
    record name "$name" "$(getent ahosts "$name" | awk '{ print $1 }' | sort -u)"
  done`;

interface Asked {
  name: string;
  host: RemoteHost;
}

export interface UsedName {
  /** A name or an address. */
  name: string;
  /** What it is, after a comma: `the migration address of hv-b`. */
  what: string;
  /** The property that names it. */
  subject: string;
  /** What to set instead, as the end of a sentence: `set migrationAddress of hv-b to an IP address`. */
  instead: string;
}

/** @param hosts that will look the names up */
export async function nameFindings(
  hosts: readonly Asked[],
  used: readonly UsedName[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const names = used.filter(({ name }) => !isIP(name));
  if (names.length === 0) return [];
  const found = await Promise.all(hosts.map((asked) => onOne(asked, names, signal)));
  return found.flat();
}

async function onOne({ name: hostName, host }: Asked, used: readonly UsedName[], signal: AbortSignal) {
  const records = await askRecords(
    host,
    script,
    used.map(({ name }) => name),
    { signal },
  );
  return used.flatMap(({ name, what, subject, instead }): Finding[] => {
    const answer = records.find(({ values }) => values[0] === name)?.values[1] ?? "";
    const addresses = answer.split("\n").filter(Boolean);
    const fix = `Fix /etc/hosts or DNS there, or ${instead}.`;
    if (addresses.length === 0)
      return [
        { code: "name-unresolved", hostName, subject, fix, seen: `${hostName} cannot resolve ${name}, ${what}.` },
      ];
    // Debian's installer maps a host's own name to 127.0.1.1 in /etc/hosts.
    if (addresses.some((each) => /^127\.|^::1$/.test(each)))
      return [
        {
          code: "name-of-itself",
          hostName,
          subject,
          seen: `On ${hostName}, ${name} resolves to the host itself (${addresses.join(", ")}), which no other host can reach.`,
          fix,
        },
      ];
    return [];
  });
}
