/** Abilities of a host's libvirt, QEMU and kernel that migrations need. */
import type { RemoteHost } from "../../host/host";
import { runScript, sh } from "../../host/script";
import type { Finding } from "../../placement/preflight/finding";
import { isAtLeast } from "../../util/version";
import type { MigrationOptions } from "./options";

export interface Capabilities {
  libvirtVersion: string;
  qemuVersion: string;
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

/** Pure: the script's answer. From 10.1 on libvirt lets QEMU use the device. */
export function parseCapabilities(text: string): Capabilities {
  const facts = new Map([...text.matchAll(/^(\w+) (.*)$/gm)].map(([, key = "", value = ""]) => [key, value]));
  const libvirtVersion = facts.get("libvirt") ?? "";
  const has = facts.has("sysctl") || facts.has("device");
  const usable = facts.get("sysctl") === "1" || (facts.has("device") && isAtLeast(libvirtVersion, "10.1"));
  const userfaultfd = usable ? "usable" : has ? "privileged" : "none";
  return { libvirtVersion, qemuVersion: facts.get("qemu") ?? "", userfaultfd };
}

/** True when an option needs more than every libvirt can do. */
export const needsCapabilities = ({ compression, postCopy }: MigrationOptions): boolean =>
  compression !== undefined || postCopy !== undefined;

export type Side = { name: string } & Capabilities;

/** Pure. @returns the options that these two hosts cannot do */
export function unsupported(options: MigrationOptions, from: Side, to: Side): Finding[] {
  const method = options.compression?.method;
  const isMultifd = method === "zlib" || method === "zstd";
  const subject = "migration.compression";
  const compression = [from, to].flatMap(({ name: hostName, libvirtVersion, qemuVersion }) => [
    isMultifd &&
      !isAtLeast(libvirtVersion, "9.4") && {
        code: "compression-unsupported" as const,
        hostName,
        subject,
        seen: `migration.compression: ${method} needs libvirt 9.4 or newer, and ${hostName} has ${libvirtVersion}.`,
        fix: "Take xbzrle without parallelConnections, or update libvirt.",
      },
    method === "mt" &&
      isAtLeast(qemuVersion, "9.1") && {
        code: "compression-unsupported" as const,
        hostName,
        subject,
        seen: `migration.compression: QEMU has had no mt since 9.1, and ${hostName} has ${qemuVersion}.`,
        fix: "Take zstd with parallelConnections.",
      },
  ]);
  return [...compression, options.postCopy && noPostCopy(to)].filter((finding) => typeof finding === "object");
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
      fix: "Set the sysctl vm.unprivileged_userfaultfd to 1 there, or update libvirt to 10.1.",
    };
  return undefined;
}

/** Pure. @returns why a post-copy that was interrupted cannot be resumed to this host; undefined when it can */
export function noPostCopyResume({
  name,
  libvirtVersion,
}: { name: string } & Pick<Capabilities, "libvirtVersion">): Finding | undefined {
  const isOld = !isAtLeast(libvirtVersion, "8.5");
  const crashes = isAtLeast(libvirtVersion, "11.2") && !isAtLeast(libvirtVersion, "11.4");
  if (!isOld && !crashes) return undefined;
  const why = isOld ? "cannot resume a post-copy" : "crashes as the destination of a resumed post-copy";
  return {
    code: "post-copy-resume-unsupported",
    hostName: name,
    subject: "libvirt",
    seen: `${name} has libvirt ${libvirtVersion}, which ${why}. The guest's memory is on two hosts.`,
    fix: `Leave both as they are, update libvirt on ${name} to ${isOld ? "8.5" : "11.4"} or newer (its guests run on), then run \`pulumi up\` again.`,
  };
}
