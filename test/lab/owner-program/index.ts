// Every resource that makes something on a host, under names that the configuration changes.
import { readFileSync } from "node:fs";
import { ComponentResource, Config, type CustomResourceOptions } from "@pulumi/pulumi";
import {
  Domain,
  DomainPlacement,
  Host,
  type HostArgs,
  LibvirtSshAccess,
  LibvirtTlsPki,
  LibvirtTlsRequests,
  NfsExport,
  NfsMount,
  QemuGuest,
} from "pulumi-kvm-live";

const config = new Config();
const login: Omit<HostArgs, "address"> = config.getObject("login") ?? {};
const addresses = config.requireObject<Record<"hv-a" | "hv-b" | "nas", string>>("addresses");
const options = config.requireObject<string[]>("mountOptions");
const [path, suffix] = [config.require("path"), config.require("suffix")];
/** Types to leave out. */
const without = config.getObject<string[]>("without") ?? [];
const adopt = config.getBoolean("adopt") ?? false;
const onDelete = (config.get("onDelete") ?? "shutdown") as "shutdown" | "keep";

const [hvA, hvB, nas] = (["hv-a", "hv-b", "nas"] as const).map(
  (name) => new Host(name, { ...login, address: addresses[name] }),
) as [Host, Host, Host];
const both = [hvA, hvB];
const isGrouped = config.getBoolean("component") ?? false;
const parent = isGrouped ? { parent: new ComponentResource("test:Group", "group") } : {};

/** @returns the resource in a list, for `dependsOn`; nothing when it is left out */
function make<T>(type: string, makeOne: (name: string, options: CustomResourceOptions) => T, more = {}): T[] {
  return without.includes(type) ? [] : [makeOne(`${type}-${suffix}`, { ...parent, ...more })];
}

const client = { client: config.require("clients"), options: ["rw", "no_root_squash"] };
const share = make(
  "NfsExport",
  (name, more) => new NfsExport(name, { server: nas, path, clients: [client], adopt }, more),
);
const source = `${addresses.nas}:${path}`;
const mounts = both.flatMap((host) =>
  make("NfsMount", (name, more) => new NfsMount(`${name}-${host.name}`, { host, source, path, options, adopt }, more), {
    dependsOn: share,
  }),
);
const pki = make(
  "LibvirtTlsPki",
  (name, more) => new LibvirtTlsPki(name, { authority: hvA, hosts: both, adopt }, more),
);
make("LibvirtTlsRequests", (name, more) => new LibvirtTlsRequests(name, { hosts: both, adopt }, more));
make("LibvirtSshAccess", (name, more) => new LibvirtSshAccess(name, { hosts: both }, more));

const ready = { dependsOn: [...mounts, ...pki] };
const placed = { candidates: both, adopt, onDelete };
const domain = new Domain("web", { xml: readFileSync(config.require("domainXml"), "utf8") });
make("DomainPlacement", (name, more) => new DomainPlacement(name, { ...placed, host: hvA, domain }, more), ready);
make(
  "QemuGuest",
  (name, more) =>
    new QemuGuest(
      name,
      {
        ...placed,
        host: hvB,
        ...{ name: "native", uuid: config.require("uuid"), memoryMiB: 64, machine: "pc-i440fx-7.2", accel: "tcg" },
        ...{ drives: [{ file: `${path}/native.qcow2` }], serial: { file: `${path}/native.log` } },
      },
      more,
    ),
  ready,
);
