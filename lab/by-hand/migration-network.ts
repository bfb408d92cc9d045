/** A second network for migration data, beside the one for administration. */
import type { LabHost } from "../lab-host";

/** Its addresses end like those of the hosts: 10.78.0.11 for 10.77.0.11. */
export const migrationAddress = ({ address }: LabHost) => address.replace(/^10\.77\./, "10.78.");

/** Gives each host its second address, until its next boot; again is fine. This machine has none there. */
export async function addMigrationNetwork(hosts: readonly LabHost[]): Promise<void> {
  for (const host of hosts)
    await host.exec(["ip", "address", "replace", `${migrationAddress(host)}/24`, "dev", "vec0"]);
}

/** Removes it; none there is fine. */
export async function removeMigrationNetwork(hosts: readonly LabHost[]): Promise<void> {
  for (const host of hosts)
    await host.tryExec(["ip", "address", "delete", `${migrationAddress(host)}/24`, "dev", "vec0"]);
}
