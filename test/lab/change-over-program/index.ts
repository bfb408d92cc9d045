/** A guest that is off on one of two hosts, by classes; `plugin.lengthy.test.ts` has the same in YAML. */
import { Config } from "@pulumi/pulumi";
import { Domain, DomainPlacement, Host } from "pulumi-kvm-live";

const config = new Config();
const login = { privateKey: config.require("key") };
const [hvA, hvB] = ["hv-a", "hv-b"].map((name) => new Host(name, { address: name, ...login })) as [Host, Host];
const web = new Domain("web", { xml: config.require("xml") });
new DomainPlacement("placed", {
  domain: web,
  host: config.require("host") === "hv-b" ? hvB : hvA,
  candidates: [hvA, hvB],
  powerState: "shut off",
});
