// A guest with the CPU that two hosts with different releases have.
import { Config } from "@pulumi/pulumi";
import { CpuBaseline, Domain, DomainPlacement, Host, type HostArgs } from "pulumi-kvm-live";

const config = new Config();
const login: Omit<HostArgs, "address"> = config.getObject("login") ?? {};
const addresses = config.requireObject<Record<"hv-a" | "hv-c", string>>("addresses");
const [hvA, hvC] = (["hv-a", "hv-c"] as const).map(
  (name) => new Host(name, { ...login, address: addresses[name] }),
) as [Host, Host];

const baseline = new CpuBaseline("cpu", { hosts: [hvA, hvC], type: "qemu" });
const guest = new Domain("guest", { xml: config.require("xml"), cpu: baseline.cpu });
new DomainPlacement("guest", { domain: guest, host: hvA, candidates: [hvA, hvC], onDelete: "destroy" });
export const { model } = baseline;
