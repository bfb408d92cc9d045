/** The example of each resource's page. */
import type { Declaration, Example, FileText, Reference } from "./example";

const ref = (resource: string): Reference => ({ resource });
const output = (resource: string, name: string, key?: string): Reference =>
  key === undefined ? { resource, output: name } : { resource, output: name, key };
const file = (name: string): FileText => ({ contentOf: name });

const host = (variable: string, number: number): Declaration => ({
  variable,
  type: "Host",
  properties: { address: `192.0.2.${number}` },
});
const [hvA, hvB, nas] = [host("hvA", 11), host("hvB", 12), host("nas", 13)];
const hosts = [ref("hvA"), ref("hvB")];
const web: Declaration = { variable: "web", type: "Domain", properties: { xml: file("web.xml") } };

export const examples: Readonly<Record<string, Example>> = {
  CpuBaseline: [
    hvA,
    hvB,
    { variable: "cpu", type: "CpuBaseline", properties: { hosts } },
    { variable: "web", type: "Domain", properties: { xml: file("web.xml"), cpu: output("cpu", "cpu") } },
  ],
  Domain: [
    {
      variable: "web",
      type: "Domain",
      properties: { xml: file("web.xml"), blockingDevices: { remove: ["cdrom", "usb"] } },
    },
  ],
  DomainPlacement: [
    hvA,
    hvB,
    web,
    {
      variable: "webPlacement",
      name: "web",
      type: "DomainPlacement",
      properties: {
        domain: ref("web"),
        host: ref("hvA"),
        candidates: hosts,
        migration: { maxDowntimeMs: 300, timeoutSeconds: 3600 },
        onDelete: "keep",
      },
    },
  ],
  Host: [
    {
      variable: "hvA",
      type: "Host",
      properties: {
        address: "192.0.2.11",
        user: "admin",
        identityFile: "~/.ssh/fleet",
        proxyJump: { address: "gate.example" },
        migrationAddress: "10.0.1.11",
      },
    },
  ],
  LibvirtSshAccess: [hvA, hvB, { variable: "access", type: "LibvirtSshAccess", properties: { hosts } }],
  LibvirtTlsPki: [
    hvA,
    hvB,
    {
      variable: "pki",
      type: "LibvirtTlsPki",
      properties: { authority: ref("hvA"), hosts, organization: "Example", libvirtd: { maxClients: 200 } },
    },
  ],
  LibvirtTlsRequests: [
    hvA,
    hvB,
    { variable: "requests", type: "LibvirtTlsRequests", properties: { hosts, organization: "Example" } },
  ],
  MigrationFirewall: [
    hvA,
    hvB,
    { variable: "ports", type: "MigrationFirewall", properties: { hosts, migrations: [{ data: "tls" }] } },
  ],
  NfsExport: [
    nas,
    {
      variable: "images",
      type: "NfsExport",
      properties: {
        server: ref("nas"),
        path: "/srv/vm",
        clients: [{ client: "192.0.2.0/24", options: ["rw", "no_root_squash"] }],
      },
    },
  ],
  NfsMount: [
    hvA,
    {
      variable: "imagesHvA",
      type: "NfsMount",
      properties: { host: ref("hvA"), source: "192.0.2.13:/srv/vm", path: "/srv/vm" },
    },
  ],
  PlacementPolicy: [
    hvA,
    hvB,
    web,
    { variable: "db", type: "Domain", properties: { xml: file("db.xml") } },
    {
      variable: "fleet",
      type: "PlacementPolicy",
      properties: {
        hosts,
        guests: { web: { domain: ref("web"), home: "hv-a" }, db: { domain: ref("db") } },
        rules: [{ apart: ["web", "db"], strict: false }],
        maintenance: ["hv-a"],
      },
    },
    {
      variable: "webPlacement",
      name: "web",
      type: "DomainPlacement",
      properties: { domain: ref("web"), host: output("fleet", "placements", "web"), candidates: hosts },
    },
  ],
  QemuGuest: [
    hvA,
    hvB,
    {
      variable: "web",
      type: "QemuGuest",
      properties: {
        host: ref("hvA"),
        candidates: hosts,
        memoryMiB: 2048,
        machine: "pc-q35-7.2",
        drives: [{ file: "/srv/vm/web.qcow2" }],
        netdevs: [{ type: "bridge", br: "br0" }],
      },
    },
  ],
};
