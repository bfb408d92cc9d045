/**
 * Cuts a host off from this machine only, like a broken administration network: hosts still reach each other. Packets
 * are dropped without an answer, also those of open connections.
 */
import { gatewayAddress, type HostSpec } from "../hosts";
import { namespaceName } from "../paths";
import { run, runAnyway } from "../process";

/** Cut already is fine. */
export async function cutAdminNetwork(lab: string, { name, address }: HostSpec): Promise<void> {
  const addresses = (from: string, to: string) => `ip saddr ${from} ip daddr ${to} drop`;
  // One transaction: a table of this name is replaced, one that is not there is made first.
  const rules = `
    table inet ${table(name)} {}
    delete table inet ${table(name)}
    table inet ${table(name)} {
      chain input { type filter hook input priority filter; ${addresses(address, gatewayAddress)}; }
      chain output { type filter hook output priority filter; ${addresses(gatewayAddress, address)}; }
    }
  `;
  await run([...nft(lab), "-f", "-"], { input: rules });
}

/** Not cut is fine. */
export async function healAdminNetwork(lab: string, host: HostSpec): Promise<void> {
  if (await isAdminNetworkCut(lab, host)) await run([...nft(lab), "delete", "table", "inet", table(host.name)]);
}

export async function isAdminNetworkCut(lab: string, { name }: HostSpec): Promise<boolean> {
  return (await runAnyway([...nft(lab), "list", "table", "inet", table(name)])).exitCode === 0;
}

const nft = (lab: string) => ["ip", "netns", "exec", namespaceName(lab), "nft"];
const table = (host: string) => `cut-${host}`;
