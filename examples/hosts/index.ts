// Machines that are reached over SSH with verified keys, and what they are.
//   pulumi config set --path 'addresses[0]' hv-a.example
//   pulumi config set --path 'addresses[1]' hv-b.example
import { Config } from "@pulumi/pulumi";
import { Host, type HostArgs } from "pulumi-kvm-live";

const config = new Config();
const login: Omit<HostArgs, "address"> = config.getObject("login") ?? {};

const hosts = config.requireObject<string[]>("addresses").map((address) => new Host(address, { ...login, address }));

export const names = hosts.map(({ hostname }) => hostname);
export const systems = hosts.map(({ operatingSystem }) => operatingSystem);
export const libvirt = hosts.map(({ libvirtVersion }) => libvirtVersion);
export const qemu = hosts.map(({ qemuVersion }) => qemuVersion);
