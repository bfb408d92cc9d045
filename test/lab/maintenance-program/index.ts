// Six guests on three hosts, by rules: two apart, two together, one bound to two hosts, one whose disk is on one host only.
import { Config } from "@pulumi/pulumi";
import { Domain, DomainPlacement, Host, type HostArgs, PlacementPolicy } from "pulumi-kvm-live";

const config = new Config();
const login: Omit<HostArgs, "address"> = config.getObject("login") ?? {};
const addresses = config.requireObject<Record<string, string>>("addresses");
const hosts = ["hv-a", "hv-b", "hv-c"].map((name) => new Host(name, { ...login, address: addresses[name] ?? "" }));
const domains = Object.fromEntries(
  Object.entries(config.requireObject<Record<string, string>>("guests")).map(([name, xml]) => [
    name,
    new Domain(name, { xml }),
  ]),
);

const policy = new PlacementPolicy("fleet", {
  hosts,
  guests: Object.fromEntries(
    Object.entries(domains).map(([name, domain]) => [
      name,
      {
        domain,
        home: name === "web2" ? "hv-b" : "hv-a",
        ...(name === "pinned" && { inMaintenance: config.get<"migrate" | "stay">("pinned") ?? "migrate" }),
      },
    ]),
  ),
  rules: [{ apart: ["web1", "web2"] }, { together: ["app", "cache"] }, { guests: ["bound"], on: ["hv-a", "hv-b"] }],
  reserveMiB: { "hv-a": 256, "hv-b": 256, "hv-c": 256 },
  maintenance: config.getObject<string[]>("maintenance") ?? [],
});
for (const [name, domain] of Object.entries(domains))
  new DomainPlacement(name, { domain, host: policy.hostOf(name), candidates: hosts, onDelete: "destroy" });

export const { placements, maintenanceComplete, remaining } = policy;
