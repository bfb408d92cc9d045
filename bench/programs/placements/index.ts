// Guests that are off, each placed on one of two hosts.
import { Config } from "@pulumi/pulumi";
import { Domain, DomainPlacement, Host, type HostArgs } from "pulumi-kvm-live";

const config = new Config();
const login: Omit<HostArgs, "address"> = config.getObject("login") ?? {};
const addresses = config.requireObject<Record<"hv-a" | "hv-b", string>>("addresses");
const candidates = [
  new Host("hv-a", { ...login, address: addresses["hv-a"] }),
  new Host("hv-b", { ...login, address: addresses["hv-b"] }),
] as const;

for (let number = 0; number < config.requireNumber("guests"); number++) {
  const name = `bench-${number}`;
  const domain = new Domain(name, { xml: config.require("xml").replaceAll("NAME", name) });
  const host = candidates[number % 2 === 0 ? 0 : 1];
  new DomainPlacement(name, { domain, host, candidates, powerState: "shut off" });
}
