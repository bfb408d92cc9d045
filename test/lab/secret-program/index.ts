// One resource at a time, with secrets in every input that may hold one, and something that is refused. Nothing is contacted.
import { Config, secret } from "@pulumi/pulumi";
import {
  CpuBaseline,
  Domain,
  DomainPlacement,
  Host,
  LibvirtSshAccess,
  LibvirtTlsPki,
  LibvirtTlsRequests,
  MigrationFirewall,
  NfsExport,
  NfsMount,
  QemuGuest,
} from "pulumi-kvm-live";

const config = new Config();
/** Not from the configuration: the CLI hides the values of its secrets wherever it prints them. */
const word = process.env.KVM_LIVE_TEST_SECRET ?? "";
const login = {
  user: "root",
  privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${word}\n-----END OPENSSH PRIVATE KEY-----\n`,
  passphrase: word,
};
const reach = { ...login, proxyJump: { address: "192.0.2.9", ...login } };
const [a, twin] = ["a", "twin"].map((name) => new Host(name, { address: "192.0.2.1", ...reach })) as [Host, Host];
const xml = (name: string) =>
  `<domain type='kvm'><name>${name}</name><memory>1</memory><devices><graphics type='vnc' passwd='${word}'/></devices></domain>`;
const memoryMiB = 64;

/** By the configuration's `case`. */
const cases: Record<string, () => unknown> = {
  "two candidates of one address": () =>
    new DomainPlacement("x", { domain: new Domain("d", { xml: secret(xml("web")) }), host: a, candidates: [a, twin] }),
  "two candidates of a QEMU guest": () => new QemuGuest("x", { memoryMiB, host: a, candidates: [a, twin] }),
  "ssh access with one host": () => new LibvirtSshAccess("x", { hosts: [a] }),
  "ssh access with one address twice": () => new LibvirtSshAccess("x", { hosts: [a, twin] }),
  "a firewall with one address twice": () => new MigrationFirewall("x", { hosts: [a, twin] }),
  "a PKI with one address twice": () => new LibvirtTlsPki("x", { authority: a, hosts: [a, twin] }),
  "requests with one address twice": () => new LibvirtTlsRequests("x", { hosts: [a, twin] }),
  "an export without clients": () => new NfsExport("x", { server: a, path: "/srv/vm", clients: [] }),
  "a mount at a relative path": () => new NfsMount("x", { host: a, source: "192.0.2.1:/srv/vm", path: "srv" }),
  "a CPU of no architecture": () => new CpuBaseline("x", { hosts: [a], arch: "-" }),
  "a host with a bad port": () => new Host("x", { address: "192.0.2.1", port: 0, ...reach }),
  "a domain with a bad name": () => new Domain("x", { xml: secret(xml("a/b")) }),
  "a command line with a bad option": () =>
    new QemuGuest("x", {
      host: a,
      candidates: [a],
      arguments: secret(["-nographic", "-object", `secret,id=s,data=${word}`]),
    }),
  "typed arguments with a bad option": () =>
    new QemuGuest("x", { memoryMiB, host: a, candidates: [a], extraArguments: secret(["-S", "-k", word]) }),
  "a domain": () => new Domain("x", { xml: secret(xml("web")) }),
  "a command line": () =>
    new QemuGuest("x", {
      host: a,
      candidates: [a],
      arguments: secret(["-m", "64", "-object", `secret,id=s,data=${word}`]),
    }),
};
cases[config.require("case")]?.();
