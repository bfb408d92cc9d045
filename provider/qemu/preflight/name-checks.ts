/** Checks that both hosts resolve the destination's name to an address at which the source reaches it. */
import { isIP } from "node:net";
import { runScript, sh } from "../../host/script";
import type { Candidate } from "../../placement/observe/candidate";
import type { Finding } from "../../placement/preflight/finding";

const script = sh`getent ahosts "$1" | awk '{ print $1 }' | sort -u`;

/** @returns the reasons why QEMU on the source would not reach the destination by its name */
export async function nameFindings(from: Candidate, to: Candidate, signal: AbortSignal): Promise<Finding[]> {
  const address = to.migrationAddress ?? to.address;
  if (isIP(address)) return [];
  const answers = await Promise.all(
    [from, to].map(async ({ name, host }) => ({
      name,
      addresses: (await runScript(host, script, [address], { signal })).stdout.split("\n").filter(Boolean),
    })),
  );
  return answers.flatMap(({ name: hostName, addresses }): Finding[] => {
    const about = { hostName, subject: address };
    const fix = `Fix /etc/hosts or DNS there, or set migrationAddress of ${to.name} to an IP address.`;
    if (addresses.length === 0)
      return [
        {
          code: "name-unresolved",
          ...about,
          seen: `${hostName} cannot resolve ${address}, the migration address of ${to.name}.`,
          fix,
        },
      ];
    // Debian's installer maps a host's own name to 127.0.1.1 in /etc/hosts.
    if (addresses.some((each) => /^127\.|^::1$/.test(each)))
      return [
        {
          code: "name-of-itself",
          ...about,
          seen: `On ${hostName}, ${address} resolves to the host itself (${addresses.join(", ")}), which no other host can reach.`,
          fix,
        },
      ];
    return [];
  });
}
