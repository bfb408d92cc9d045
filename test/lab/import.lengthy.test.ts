/** `pulumi import` by the real CLI, and the program that it prints; the hosts are in this process. */
import { expectCleanImport, expectUnchanged } from "../imported-by-cli";
import { type PluginWorkspace, pluginWorkspace } from "../plugin-workspace";
import { certifiedFleet, organization } from "../protocol/certified-fleet";
import { namedFleet } from "../protocol/named-fleet";
import { stopProgrammedHosts } from "../protocol/programmed-host";
import { fleet, sshConfig } from "../protocol/readable-fleet";
import { lengthyTest } from "./support";

let workspace: PluginWorkspace;

beforeEach(async () => {
  workspace = await pluginWorkspace();
});
afterEach(async () => {
  workspace?.remove();
  await stopProgrammedHosts();
});

const ownerOf = (type: string, name: string) => ({
  urn: `urn:pulumi:dev::fleet::pulumi-nodejs:dynamic/kvm:${type}::${name}`,
  uid: "0123456789abcdef",
});

lengthyTest("a guest, an export and a mount are imported, and the printed program changes nothing", async () => {
  const hosts = await fleet();
  await expectCleanImport(workspace, sshConfig, [
    { type: "NfsExport", name: "images", id: "/srv/vm@nas" },
    { type: "NfsMount", name: "mount", id: "/srv/vm@hv-a" },
    { type: "Domain", name: "web", id: "web@hv-a" },
    { type: "DomainPlacement", name: "placed", id: "web@hv-a,hv-b" },
  ]);
  expectUnchanged(hosts);
});

lengthyTest("certificates are imported, and the printed program changes nothing", async () => {
  const hosts = await certifiedFleet(ownerOf("LibvirtTlsPki", "pki"));
  const program = await expectCleanImport(workspace, sshConfig, [
    { type: "LibvirtTlsPki", name: "pki", id: "hv-a@hv-a,hv-b" },
  ]);
  expect(program).toContain(organization);
  expectUnchanged(hosts);
});

lengthyTest("open ports and logins by ssh are imported, and the printed program changes nothing", async () => {
  const owners = { firewall: ownerOf("MigrationFirewall", "ports"), access: ownerOf("LibvirtSshAccess", "ssh") };
  const hosts = await namedFleet(owners);
  const program = await expectCleanImport(workspace, sshConfig, [
    { type: "MigrationFirewall", name: "ports", id: "hv-a,hv-b,hv-c" },
    { type: "LibvirtSshAccess", name: "ssh", id: "hv-a,hv-b" },
  ]);
  expect(program).toMatch(/peers:\n\s*- hv-c/);
  expectUnchanged(hosts);
});
