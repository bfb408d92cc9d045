/** `pulumi import` of a LibvirtTlsPki: hosts with real certificates, and what a program cannot have as it is. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { forgetSharedAnswers } from "../../provider/util/shared-answers";
import { expectUnchanged } from "../imported-by-cli";
import { certifiedFleet, organization } from "./certified-fleet";
import { importingPlugin, useFleet } from "./importing-plugin";

useFleet();

const urn = "urn:pulumi:dev::fleet::kvm:index:LibvirtTlsPki::pki";
const owner = { urn: "urn:pulumi:dev::fleet::pulumi-nodejs:dynamic/kvm:LibvirtTlsPki::pki", uid: "0123456789abcdef" };
const id = "hv-a@hv-a,hv-b";

test("is imported as it is; what is wrong with it is told, and nothing is changed", async () => {
  const hosts = await certifiedFleet(owner);
  const read = (one = id, as = urn) => {
    forgetSharedAnswers();
    return importingPlugin().read(one, as, {});
  };
  const { props, inputs } = await read();
  expect(inputs).toEqual({ authority: "hv-a", hosts: ["hv-a", "hv-b"], organization });
  expect(props).toMatchObject({ __uid: owner.uid, daemons: { "hv-a": { listening: ["tls 16514"] } } });

  await expect(read(id, urn.replace(":dev:", ":prod:"))).rejects.toThrow(
    /belongs to the LibvirtTlsPki "pki" of the stack "dev"/,
  );
  await expect(read("hv-b@hv-a,hv-b")).rejects.toThrow(/^Nothing that hv-b@hv-a,hv-b stands for is there/);

  const b = hosts["hv-b"].folder;
  const conf = join(b, "root/etc/libvirt/libvirtd.conf");
  writeFileSync(conf, readFileSync(conf, "utf8").replace("listen_tls = 1", "listen_tls = 0"));
  await expect(read()).rejects.toThrow(/It would change: hv-b: .*listen_tls is 0 instead of 1/);
  expectUnchanged(hosts);
});
