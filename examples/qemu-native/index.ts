// A guest straight from a QEMU command line, without libvirt: `pulumi config set host hv-b && pulumi up` moves it live.
//   pulumi config set --path 'addresses["hv-a"]' 192.0.2.11   (and hv-b, and nas)
//   pulumi config set clients 192.0.2.0/24
//   pulumi config set host hv-a
// Optional: memoryMiB, accel ("kvm" or "tcg"), more (further arguments, a list), migration (as for a QemuGuest), path (of
// the image, the same on all hosts), mountOptions, onDelete, login (as for a Host).
import { Config } from "@pulumi/pulumi";
import {
  Host,
  type HostArgs,
  LibvirtTlsPki,
  NfsExport,
  NfsMount,
  QemuGuest,
  type QemuMigrationArgs,
} from "pulumi-kvm-live";

const config = new Config();
const login: Omit<HostArgs, "address"> = config.getObject("login") ?? {};
const addresses = config.requireObject<Record<"hv-a" | "hv-b" | "nas", string>>("addresses");
const path = config.get("path") ?? "/srv/vm";
const client = { client: config.require("clients"), options: ["rw", "sync", "no_root_squash"] };
const options = config.getObject<string[]>("mountOptions");
const mount = { path, ...(options && { options }) };
const memory = config.get("memoryMiB") ?? "2048";
const more = config.getObject<string[]>("more") ?? [];
const migration = config.getObject<QemuMigrationArgs>("migration") ?? {};
const onDelete = (config.get("onDelete") ?? "shutdown") as "shutdown" | "destroy" | "keep";

const hvA = new Host("hv-a", { ...login, address: addresses["hv-a"] });
const hvB = new Host("hv-b", { ...login, address: addresses["hv-b"] });
const nas = new Host("nas", { ...login, address: addresses.nas });

const images = new NfsExport("images", { server: nas, path, clients: [client] });
const mounts = [hvA, hvB].map((host) => new NfsMount(`images-${host.name}`, { ...mount, host, source: images.source }));
const pki = new LibvirtTlsPki("pki", { authority: hvA, hosts: [hvA, hvB] });

const accel = config.get("accel") ?? "kvm";
const guest = new QemuGuest(
  "ubuntutest",
  {
    host: config.require("host") === "hv-b" ? hvB : hvA,
    candidates: [hvA, hvB],
    arguments: ["-accel", accel, "-m", memory, "-hda", `${path}/ubuntutest.img`, "-vnc", ":19", ...more],
    migration,
    onDelete,
  },
  { dependsOn: [...mounts, pki] },
);

export const { host, runningCommandLine } = guest;
/** Null until the guest has moved: Pulumi warns about outputs that are undefined. */
export const lastMigration = guest.lastMigration.apply((migration) => migration ?? null);
