/** The lab's network: one namespace with a bridge, one tap per host, faults on each tap. */
import { gatewayAddress, type HostSpec, hostSpecs, prefixLength } from "../hosts";
import { namespaceExists, namespaceName, namespacePath } from "../paths";
import { run, runAnyway } from "../process";
import { killAll, namespaceProcesses } from "./processes";

export const bridge = "br0";

/** Makes the namespace with its bridge, as far as they are missing. */
export async function createNetwork(lab: string): Promise<void> {
  const namespace = namespaceName(lab);
  if (!namespaceExists(lab)) await run(["ip", "netns", "add", namespace]);
  if (await linkExists(lab, bridge)) return;
  await ip(lab, "link", "set", "lo", "up");
  await ip(lab, "link", "add", bridge, "type", "bridge");
  await ip(lab, "address", "add", `${gatewayAddress}/${prefixLength}`, "dev", bridge);
  await ip(lab, "link", "set", bridge, "up");
}

/** Removes the namespace with everything in it: processes first, then links. */
export async function removeNetwork(lab: string): Promise<void> {
  if (!namespaceExists(lab)) return;
  await killAll(() => namespaceProcesses(namespacePath(lab)).map(({ pid }) => pid), `lab ${lab}`);
  // The kernel removes a dead namespace's taps some time later; removed here, they are gone when this returns.
  for (const { name } of hostSpecs) await removeLink(lab, name);
  await removeLink(lab, bridge);
  await run(["ip", "netns", "delete", namespaceName(lab)]);
}

/** A fresh tap for a host; any fault on an old one is gone with it. */
export async function createTap(lab: string, { name }: HostSpec): Promise<void> {
  await removeLink(lab, name);
  await removeLink(lab, shaper(name));
  await ip(lab, "tuntap", "add", name, "mode", "tap");
  await ip(lab, "link", "set", name, "master", bridge, "up");
}

/**
 * Pulls a host's network cable out of the bridge. Setting the tap down instead would be final: User-Mode Linux's
 * network driver does not recover from the errors that a tap returns while it is down.
 */
export async function pullCable(lab: string, { name }: HostSpec): Promise<void> {
  await ip(lab, "link", "set", name, "nomaster");
}

/** Puts it back. */
export async function plugCable(lab: string, { name }: HostSpec): Promise<void> {
  await ip(lab, "link", "set", name, "master", bridge);
}

export async function isPlugged(lab: string, { name }: HostSpec): Promise<boolean> {
  const { stdout } = await runAnyway(["ip", "-n", namespaceName(lab), "-json", "link", "show", name]);
  const [link] = JSON.parse(stdout || "[]") as { master?: string }[];
  return link?.master === bridge;
}

/**
 * Limits what a host receives and what it sends, each to `rate`.
 * What it sends arrives at the tap, where nothing can be queued, so it takes a detour through an ifb device.
 *
 * @param rate in tc's units, e.g. `10mbit`
 * @see https://man7.org/linux/man-pages/man8/tc-tbf.8.html
 */
export async function limitRate(lab: string, { name }: HostSpec, rate: string): Promise<void> {
  checkRate(rate);
  await liftRate(lab, { name });
  const limit = ["root", "tbf", "rate", rate, "burst", "64kb", "latency", "200ms"];
  await tc(lab, "qdisc", "add", "dev", name, ...limit);
  await ip(lab, "link", "add", shaper(name), "type", "ifb");
  await ip(lab, "link", "set", shaper(name), "up");
  await tc(lab, "qdisc", "add", "dev", shaper(name), ...limit);
  await tc(lab, "qdisc", "add", "dev", name, "ingress");
  const everything = ["protocol", "all", "u32", "match", "u32", "0", "0"];
  const detour = ["action", "mirred", "egress", "redirect", "dev", shaper(name)];
  await tc(lab, "filter", "add", "dev", name, "parent", "ffff:", ...everything, ...detour);
}

/** Takes the limit away; none is fine. */
export async function liftRate(lab: string, { name }: Pick<HostSpec, "name">): Promise<void> {
  await runAnyway(["tc", "-n", namespaceName(lab), "qdisc", "delete", "dev", name, "root"]);
  await runAnyway(["tc", "-n", namespaceName(lab), "qdisc", "delete", "dev", name, "ingress"]);
  await removeLink(lab, shaper(name));
}

/** @throws Error when it is not a rate that tc understands */
export function checkRate(rate: string): void {
  if (/^[1-9]\d*(\.\d+)?[kmg]?(bit|bps)$/.test(rate)) return;
  throw new Error(
    `Bad rate ${JSON.stringify(rate)}: use a number with a unit of tc(8), e.g. 500kbit, 10mbit, 1gbit (bits) or 2mbps (bytes).`,
  );
}

/** Link names hold at most 15 characters. */
const shaper = (host: string) => `ifb-${host}`;

async function linkExists(lab: string, link: string): Promise<boolean> {
  return (await runAnyway(["ip", "-n", namespaceName(lab), "link", "show", link])).exitCode === 0;
}

async function removeLink(lab: string, link: string): Promise<void> {
  if (await linkExists(lab, link)) await ip(lab, "link", "delete", link);
}

const ip = (lab: string, ...args: string[]) => run(["ip", "-n", namespaceName(lab), ...args]);
const tc = (lab: string, ...args: string[]) => run(["tc", "-n", namespaceName(lab), ...args]);
