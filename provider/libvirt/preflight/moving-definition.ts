/** The definition that a guest runs with now: what was attached to it by hand is there, too. */
import type { RemoteHost } from "../../host/host";
import { type BlockerKind, blockerOf } from "../../migration-blockers/table";
import type { Finding } from "../../placement/preflight/finding";
import { isAtLeast } from "../../util/version";
import { type BlockingDevice, blockingProblem } from "../definition/blocking-devices";
import { withoutLiveState } from "../definition/live-state";
import { type Element, parseXml, printXml } from "../definition/xml";
import type { Capabilities } from "../migration/capabilities";
import { virsh } from "../virsh";

export interface MovingDefinition {
  definition: string;
  domain: Element;
}

/** @throws HostError; MalformedXml */
export async function movingDefinition(from: RemoteHost, uuid: string, signal: AbortSignal): Promise<MovingDefinition> {
  const { stdout } = await from.run(virsh("dumpxml", uuid), { signal });
  const domain = withoutLiveState(parseXml(stdout));
  return { domain, definition: printXml(domain) };
}

/** Pure. Releases that decide by what the host has are left to decide: they do so before anything is changed. */
export function unmovable(
  name: string,
  from: { name: string } & Pick<Capabilities, "libvirtVersion" | "qemuVersion">,
  blocking: readonly BlockingDevice<BlockerKind>[],
): Finding[] {
  return blocking
    .filter(({ kind }) => {
      const { libvirt, qemu } = blockerOf(kind).decidesFrom ?? {};
      const decides = (version: string, first: string | undefined) =>
        first !== undefined && version !== "" && isAtLeast(version, first);
      return !decides(from.libvirtVersion, libvirt) && !decides(from.qemuVersion, qemu);
    })
    .map((device) => ({
      code: "device-unmovable",
      hostName: from.name,
      subject: device.what,
      seen: `${name} cannot move from ${from.name}. It has ${blockingProblem({ ...device, elements: [] })}`,
      fix: "Or detach it first (`virsh detach-device`).",
    }));
}
