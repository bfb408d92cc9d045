/** `pulumi import`: what is on hosts becomes a resource's inputs, with which a program changes nothing. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { imported } from "../../provider/plugin/import";
import { forgetSharedAnswers } from "../../provider/util/shared-answers";
import { expectUnchanged } from "../imported-by-cli";
import { silentOperation } from "../silent-operation";
import { importingPlugin, useFleet } from "./importing-plugin";
import { fleet, uuidOf } from "./readable-fleet";

useFleet();

const urnOf = (type: string) => `urn:pulumi:dev::test::kvm:index:${type}::thing`;

const cases: [type: string, id: string, inputs: object][] = [
  [
    "NfsExport",
    "/srv/vm@nas",
    { server: "nas", path: "/srv/vm", clients: [{ client: "10.77.0.0/24", options: ["rw", "no_root_squash"] }] },
  ],
  [
    "NfsMount",
    "/srv/vm@hv-a",
    { host: "hv-a", source: "nas:/srv/vm", path: "/srv/vm", options: ["vers=4.2", "hard", "noatime"] },
  ],
  ["Domain", "web@hv-a", { xml: expect.stringContaining("<name>web</name>") }],
  [
    "DomainPlacement",
    "web@hv-a,hv-b",
    {
      domain: { uuid: uuidOf(1), name: "web", definition: expect.stringContaining("<name>web</name>") },
      host: "hv-a",
      candidates: ["hv-a", "hv-b"],
      autostart: true,
      onDelete: "keep",
    },
  ],
  ["DomainPlacement", `${uuidOf(4)}@hv-a,hv-b`, expect.objectContaining({ host: "hv-b", powerState: "shut off" })],
];

test.each(cases)("%s %s", async (type, id, wanted) => {
  const hosts = await fleet();
  const shell = importingPlugin();
  const { id: known, props, inputs } = await shell.read(id, urnOf(type), {});
  expect(inputs).toEqual(wanted);
  expect(known).not.toBe("");
  expect(props.drift).toBeUndefined();
  // As the printed program has it.
  const { inputs: checked, failures } = await shell.check(urnOf(type), inputs, inputs);
  expect(failures).toEqual([]);
  expect(await shell.diff(String(known), urnOf(type), props, checked)).toMatchObject({ changes: false, replaces: [] });
  expectUnchanged(hosts);
});

test.each<[type: string, id: string, reason: RegExp]>([
  ["NfsExport", "/srv/vm", /"\/srv\/vm" is no id of a NfsExport: it has no @\. It is written as \/srv\/vm@nas/],
  ["NfsExport", "/srv/none@nas", /^Nothing that \/srv\/none@nas stands for is there/],
  ["NfsExport", "/srv/other@nas", /cannot be imported as it is: .*Remove that entry/s],
  ["NfsMount", "/srv/vm@hv-a,hv-b", /the host that it is on/],
  ["DomainPlacement", "halted@hv-a,hv-b", /the domain "halted" on hv-a: it is paused/],
  ["DomainPlacement", 'odd"; name@hv-a,hv-b', /has a password, which libvirt does not show/],
  ["DomainPlacement", "web@hv-a,h v", /is no host/],
  ["PlacementPolicy", "fleet", /^A PlacementPolicy cannot be imported\. It owns nothing on hosts/],
  ["LibvirtTlsRequests", "hv-a,hv-b", /^A LibvirtTlsRequests cannot be imported\. Its keys stay on their hosts/],
  ["DomainPlacement", "web@hv-a,hv-z", /hv-z.* cannot be reached.*It is written as web@hv-a,hv-b/s],
])("%s %s is refused with its reason", async (type, id, reason) => {
  await fleet();
  await expect(importingPlugin().read(id, urnOf(type), {})).rejects.toThrow(reason);
});

test("a host that does not answer is an error, and nothing is taken for absent", async () => {
  const { "hv-b": b } = await fleet();
  await b.scripted.stop();
  await expect(importingPlugin().read("web@hv-a,hv-b", urnOf("DomainPlacement"), {})).rejects.toThrow(
    /hv-b:\d+ cannot be reached/,
  );
});

test("a guest that is on two hosts is no one's to import", async () => {
  const { "hv-a": a, "hv-b": b } = await fleet();
  for (const kind of ["xml", "info"]) {
    const file = `domains/${uuidOf(1)}.${kind}`;
    cpSync(join(a.folder, file), join(b.folder, file));
  }
  await expect(importingPlugin().read("web@hv-a,hv-b", urnOf("DomainPlacement"), {})).rejects.toThrow(
    /the domain "web" on hv-b: it is on hv-a and hv-b: a guest belongs on one host/,
  );
});

test("a host with its port is another name, for the guest too", async () => {
  const { "hv-a": a } = await fleet();
  const word = `hv-a:${a.scripted.args.port}`;
  const shell = importingPlugin();
  const { inputs, props } = await shell.read(`web@${word},hv-b`, urnOf("DomainPlacement"), {});
  expect(inputs).toMatchObject({ host: word, candidates: [word, "hv-b"] });
  expect(Object.keys(props.candidates)).toEqual([word, "hv-b"]);
});

test("a Host is its word", async () => {
  const { signal } = silentOperation();
  expect(await imported("Host", "admin@hv-a:2222", urnOf("Host"), signal)).toEqual({
    inputs: { address: "hv-a", user: "admin", port: 2222 },
  });
});

test("what belongs to another stack is left to it; what is the resource's own goes on as it was", async () => {
  const { nas } = await fleet();
  const mark = (urn: string) =>
    `# Made by pulumi-kvm-live, which undoes changes by hand.\n# Owner: ${urn}#0123456789abcdef\n/srv/vm 10.77.0.0/24(rw,no_root_squash)\n`;
  const file = join(nas.folder, "root/etc/exports.d/kvm-live-srv-vm.exports");
  const own = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/kvm:NfsExport::thing";
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, mark(own.replace(":dev:", ":prod:")));
  await expect(importingPlugin().read("/srv/vm@nas", urnOf("NfsExport"), {})).rejects.toThrow(
    /belongs to the NfsExport "thing" of the stack "prod"/,
  );
  writeFileSync(file, mark(own));
  forgetSharedAnswers();
  const { props } = await importingPlugin().read("/srv/vm@nas", urnOf("NfsExport"), {});
  expect(props.__uid).toBe("0123456789abcdef");
});
