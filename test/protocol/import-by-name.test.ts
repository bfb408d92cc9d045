/** `pulumi import` of what hosts know by the resource's name in its stack. */
import { forgetSharedAnswers } from "../../provider/util/shared-answers";
import { expectUnchanged } from "../imported-by-cli";
import { importingPlugin, useFleet } from "./importing-plugin";
import { edit, namedFleet } from "./named-fleet";

useFleet();

const urnOf = (type: string, name = "ours") => `urn:pulumi:dev::fleet::kvm:index:${type}::${name}`;
const ownerOf = (type: string) => ({
  urn: `urn:pulumi:dev::fleet::pulumi-nodejs:dynamic/kvm:${type}::ours`,
  uid: "0123456789abcdef",
});
const owners = { firewall: ownerOf("MigrationFirewall"), access: ownerOf("LibvirtSshAccess") };
const read = (type: string, id: string, name?: string) => {
  forgetSharedAnswers();
  return importingPlugin().read(id, urnOf(type, name), {});
};

async function expectClean(type: string, id: string, wanted: object): Promise<void> {
  const { id: known, props, inputs } = await read(type, id);
  expect(inputs).toEqual(wanted);
  expect(props).toMatchObject({ __uid: "0123456789abcdef" });
  const { inputs: checked, failures } = await importingPlugin().check(urnOf(type), inputs, inputs);
  expect(failures).toEqual([]);
  const diff = await importingPlugin().diff(String(known), urnOf(type), props, checked);
  expect(diff).toMatchObject({ changes: false, replaces: [] });
}

test("a MigrationFirewall is its hosts and its peers", async () => {
  const hosts = await namedFleet(owners);
  await expectClean("MigrationFirewall", "hv-a,hv-b,hv-c", { hosts: ["hv-a", "hv-b"], peers: ["hv-c"] });
  await expect(read("MigrationFirewall", "hv-a,hv-b")).rejects.toThrow(
    /The id has to name all of its hosts.*hv-a: the chain inet guard incoming/s,
  );
  await expect(read("MigrationFirewall", "hv-a,hv-b,hv-c", "other")).rejects.toThrow(
    /Nothing of a MigrationFirewall of this stack and name is on hv-a, hv-b, hv-c: .* the MigrationFirewall "ours" of the stack "dev" .*by that name/,
  );
  edit(hosts["hv-b"], "ruleset.json", (text) => text.replace(/,\{"rule".*\}\}(?=\]\}$)/, ""));
  await expect(read("MigrationFirewall", "hv-a,hv-b,hv-c")).rejects.toThrow(/hv-b: the chain .* does not let/);
  expectUnchanged(hosts);
});

test("ports that are not those of a move with all defaults are given by themselves", async () => {
  await namedFleet(owners, [{ range: [5000, 5010] }, 16_514]);
  await expectClean("MigrationFirewall", "hv-a,hv-b,hv-c", {
    ...{ hosts: ["hv-a", "hv-b"], peers: ["hv-c"], migrations: [] },
    ports: [
      { min: 5000, max: 5010 },
      { min: 16_514, max: 16_514 },
    ],
  });
});

test("where nothing filters, no rule tells the ports, and the user hears of it", async () => {
  const said: string[] = [];
  const hosts = await namedFleet(owners);
  const importing = () => {
    forgetSharedAnswers();
    return importingPlugin((line) => void said.push(line)).read("hv-a,hv-b,hv-c", urnOf("MigrationFirewall"), {});
  };
  await importing();
  expect(said).toEqual([]);
  for (const made of Object.values(hosts)) edit(made, "ruleset.json", () => '{"nftables":[]}');
  expect((await importing()).inputs).toEqual({ hosts: ["hv-a", "hv-b"], peers: ["hv-c"] });
  expect(said).toEqual([expect.stringMatching(/^No rule is needed on hv-a, hv-b, hv-c, .* defaults are imported\.$/)]);
});

test("a LibvirtSshAccess is its hosts", async () => {
  const hosts = await namedFleet(owners);
  await expectClean("LibvirtSshAccess", "hv-a,hv-b", { hosts: ["hv-a", "hv-b"] });
  await expect(read("LibvirtSshAccess", "hv-a,hv-b,hv-c")).rejects.toThrow(/hv-c: \/root\/.ssh\/id_ed25519 is missing/);
  await expect(read("LibvirtSshAccess", "hv-b,hv-c")).rejects.toThrow(/hv-b: .* no longer belongs there/);
  await expect(read("LibvirtSshAccess", "hv-a,hv-b", "other")).rejects.toThrow(
    /Nothing of a LibvirtSshAccess .* belongs to the LibvirtSshAccess "ours" of the stack "dev"/,
  );
  edit(hosts["hv-b"], "root/root/.ssh/known_hosts", () => "");
  await expect(read("LibvirtSshAccess", "hv-a,hv-b")).rejects.toThrow(/hv-b: .* lacks the host keys of hv-a/);
  expectUnchanged(hosts);
});
