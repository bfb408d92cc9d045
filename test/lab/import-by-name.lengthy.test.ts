/** `pulumi import` by the real CLI of what hosts know by the resource's name; the hosts are in this process. */
import { expectCleanImport, expectUnchanged } from "../imported-by-cli";
import { type PluginWorkspace, pluginWorkspace } from "../plugin-workspace";
import { namedFleet } from "../protocol/named-fleet";
import { stopProgrammedHosts } from "../protocol/programmed-host";
import { sshConfig } from "../protocol/readable-fleet";
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
