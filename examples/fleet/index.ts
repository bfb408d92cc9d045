// Guests on hypervisors that are ready for migrations: shared storage is mounted, certificates are exchanged.
//   pulumi config set --path 'addresses["hv-a"]' 192.0.2.11          (and the other hypervisors)
//   pulumi config set --path 'guests["web"].xml' web.xml              (files with libvirt's XML, one for each guest)
//   pulumi config set --path 'guests["web"].host' hv-a                (change it, and `pulumi up` moves it live)
// Optional: guests[…].migration, as for a DomainPlacement; onDelete; login, as for a Host.
import { readFileSync } from "node:fs";
import { Config } from "@pulumi/pulumi";
import { Domain, DomainPlacement, Host, type HostArgs, type MigrationArgs } from "pulumi-kvm-live";

interface Guest {
  xml: string;
  host: string;
  migration?: MigrationArgs;
}

const config = new Config();
const login: Omit<HostArgs, "address"> = config.getObject("login") ?? {};
const onDelete = (config.get("onDelete") ?? "shutdown") as "shutdown" | "destroy" | "keep";
const addresses = Object.entries(config.requireObject<Record<string, string>>("addresses"));
const candidates = addresses.map(([name, address]) => new Host(name, { ...login, address }));

const placements = Object.entries(config.requireObject<Record<string, Guest>>("guests")).map(([name, guest]) => {
  const domain = new Domain(name, { xml: readFileSync(guest.xml, "utf8") });
  const host = candidates.find((candidate) => candidate.name === guest.host);
  if (!host) throw new Error(`guests["${name}"].host is ${guest.host}, which is none of addresses.`);
  const { migration = {} } = guest;
  return [name, new DomainPlacement(name, { domain, host, candidates, migration, onDelete })] as const;
});

export const hosts = Object.fromEntries(placements.map(([name, { host }]) => [name, host]));
export const lastMigrations = Object.fromEntries(placements.map(([name, placed]) => [name, placed.lastMigration]));
