// Two hypervisors, one NFS server, one running guest: `pulumi config set host hv-b && pulumi up` moves it live.
//   pulumi config set --path 'addresses["hv-a"]' 192.0.2.11   (and hv-b, and nas)
//   pulumi config set clients 192.0.2.0/24
//   pulumi config set host hv-a
// Optional: domainXml (a file), path (of the images, the same on all hosts), mountOptions, onDelete, login (as for a Host).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Config } from "@pulumi/pulumi";
import { Domain, DomainPlacement, Host, type HostArgs, LibvirtTlsPki, NfsExport, NfsMount } from "pulumi-kvm-live";

const config = new Config();
const login: Omit<HostArgs, "address"> = config.getObject("login") ?? {};
const addresses = config.requireObject<Record<"hv-a" | "hv-b" | "nas", string>>("addresses");
const path = config.get("path") ?? "/srv/vm";
const client = { client: config.require("clients"), options: ["rw", "sync", "no_root_squash"] };
const options = config.getObject<string[]>("mountOptions");
const mount = { path, ...(options && { options }) };
const onDelete = (config.get("onDelete") ?? "shutdown") as "shutdown" | "destroy" | "keep";
const xml = readFileSync(config.get("domainXml") ?? join(__dirname, "ubuntu-14.04.xml"), "utf8");

const hvA = new Host("hv-a", { ...login, address: addresses["hv-a"] });
const hvB = new Host("hv-b", { ...login, address: addresses["hv-b"] });
const nas = new Host("nas", { ...login, address: addresses.nas });

const images = new NfsExport("images", { server: nas, path, clients: [client] });
const mounts = [hvA, hvB].map((host) => new NfsMount(`images-${host.name}`, { ...mount, host, source: images.source }));
const pki = new LibvirtTlsPki("pki", { authority: hvA, hosts: [hvA, hvB] });

const guest = new Domain("ubuntu-14.04", { xml, blockingDevices: { remove: ["cdrom", "usb"] } });
const placement = new DomainPlacement(
  "ubuntu-14.04",
  { domain: guest, host: config.require("host") === "hv-b" ? hvB : hvA, candidates: [hvA, hvB], onDelete },
  { dependsOn: [...mounts, pki] },
);

export const { host } = placement;
/** Null until the guest has moved: Pulumi warns about outputs that are undefined. */
export const lastMigration = placement.lastMigration.apply((migration) => migration ?? null);
