/** Abilities of a host's libvirt, QEMU and kernel that migrations need. */
import type { RemoteHost } from "../../host/host";
import { runScript, sh } from "../../host/script";
import type { Finding } from "../../placement/preflight/finding";
import { isAtLeast } from "../../util/version";
import { type Feature, features, has, refusalOf, type Versions } from "../features";
import type { MigrationOptions } from "./options";

export interface Capabilities extends Versions {
  /** `none`: the kernel lacks it. `privileged`: only root may use it, and QEMU is not root. */
  userfaultfd: "none" | "privileged" | "usable";
}

const script = sh`
  version=$(virsh --connect qemu:///system version --daemon)
  echo "$version" | sed -n 's/^Running against daemon: \([0-9.]*\).*/libvirt \1/p; s/^Running hypervisor: QEMU \([0-9.]*\).*/qemu \1/p'
  [ ! -e /proc/sys/vm/unprivileged_userfaultfd ] || echo "sysctl $(cat /proc/sys/vm/unprivileged_userfaultfd)"
  [ ! -e /dev/userfaultfd ] || echo "device yes"`;

export async function capabilitiesOf(host: RemoteHost, signal: AbortSignal): Promise<Capabilities> {
  return parseCapabilities((await runScript(host, script, [], { signal })).stdout);
}

/** Pure: the script's answer. */
export function parseCapabilities(text: string): Capabilities {
  const facts = new Map([...text.matchAll(/^(\w+) (.*)$/gm)].map(([, key = "", value = ""]) => [key, value]));
  const versions = { libvirtVersion: facts.get("libvirt") ?? "", qemuVersion: facts.get("qemu") ?? "" };
  const isThere = facts.has("sysctl") || facts.has("device");
  const isDeviceUsable = facts.has("device") && has(features["post-copy without a sysctl"], versions);
  const userfaultfd = facts.get("sysctl") === "1" || isDeviceUsable ? "usable" : isThere ? "privileged" : "none";
  return { ...versions, userfaultfd };
}

/** True when an option needs more than every libvirt can do. */
export const needsCapabilities = ({ compression, postCopy }: MigrationOptions): boolean =>
  compression !== undefined || postCopy !== undefined;

export type Side = { name: string } & Capabilities;

/** Pure. @returns the options that these two hosts cannot do */
export function unsupported(options: MigrationOptions, from: Side, to: Side): Finding[] {
  const refusals = [from, to].flatMap((side) =>
    Object.values<Feature>(features).map((feature) => refusalOf(feature, options, side)),
  );
  return [...refusals, options.postCopy && noPostCopy(to)].filter((finding) => typeof finding === "object");
}

function noPostCopy({ name: hostName, userfaultfd }: Side): Finding | undefined {
  const about = { code: "userfaultfd-missing", hostName, subject: "migration.postCopy" } as const;
  const what = `migration.postCopy needs userfaultfd on the destination, and`;
  if (userfaultfd === "none")
    return {
      ...about,
      seen: `${what} the kernel of ${hostName} has none (CONFIG_USERFAULTFD).`,
      fix: "Leave postCopy out, or boot another kernel there.",
    };
  if (userfaultfd === "privileged")
    return {
      ...about,
      seen: `${what} on ${hostName} only root may use it, which QEMU is not.`,
      fix: `Set the sysctl vm.unprivileged_userfaultfd to 1 there, or update libvirt to ${features["post-copy without a sysctl"].since}.`,
    };
  return undefined;
}

/** Pure. @returns why a post-copy that was interrupted cannot be resumed to this host; undefined when it can */
export function noPostCopyResume(host: { name: string } & Versions): Finding | undefined {
  const { since, broken } = features["resumed post-copy"];
  if (has(features["resumed post-copy"], host)) return undefined;
  const { name, libvirtVersion } = host;
  const isOld = !isAtLeast(libvirtVersion, since);
  const why = isOld ? "cannot resume a post-copy" : "crashes as the destination of a resumed post-copy";
  return {
    code: "post-copy-resume-unsupported",
    hostName: name,
    subject: "libvirt",
    seen: `${name} has libvirt ${libvirtVersion}, which ${why}. The guest's memory is on two hosts.`,
    fix: `Leave both as they are, update libvirt on ${name} to ${isOld ? since : broken[1]} or newer (its guests run on), then run \`pulumi up\` again.`,
  };
}
