/** Whether both hosts mean the same by the address of the destination, as QEMU looks it up. */
import { isIP } from "node:net";
import { runScript } from "../host/script";
import type { Candidate } from "../placement/candidate";

const script = `getent ahosts "$1" | awk '{ print $1 }' | sort -u`;

/** @returns why QEMU on the source would not reach the destination by its name, with the fix */
export async function nameProblems(from: Candidate, to: Candidate, signal: AbortSignal): Promise<string[]> {
  const address = to.migrationAddress ?? to.address;
  if (isIP(address)) return [];
  const answers = await Promise.all(
    [from, to].map(async ({ name, host }) => ({
      name,
      addresses: (await runScript(host, script, [address], { signal })).stdout.split("\n").filter(Boolean),
    })),
  );
  return answers.flatMap(({ name, addresses }) => {
    const fix = `Mend /etc/hosts or DNS there, or set migrationAddress of ${to.name} to an IP address.`;
    if (addresses.length === 0) return [`${name} cannot resolve ${address}, where ${to.name} is to listen. ${fix}`];
    // Debian's installer writes a host's own name beside 127.0.1.1.
    if (addresses.some((one) => /^127\.|^::1$/.test(one)))
      return [
        `On ${name}, ${address} is the host itself (${addresses.join(", ")}), where no other one connects to. ${fix}`,
      ];
    return [];
  });
}
