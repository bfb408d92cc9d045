/** Why a guest could not start on a host. */
import type { Candidate } from "../../placement/observe/candidate";
import { backingChain } from "../../placement/preflight/backing-chain";
import type { Finding } from "../../placement/preflight/finding";
import { checkRequirements, missingRequirements } from "../../placement/preflight/host-requirements";
import { requirementsOf } from "../definition/requirements";
import { parseXml } from "../definition/xml";
import type { LibvirtGuest } from "../guest";
import { hypervisorNeedsOf, observeHypervisor } from "./hypervisor-facts";
import { hypervisorFindings } from "./hypervisor-findings";
import { remedies, topsOf, withLayers } from "./needs";

export async function startFindings(
  { domain: { name, definition } }: LibvirtGuest,
  on: Candidate,
  signal: AbortSignal,
): Promise<Finding[]> {
  const hypervisorNeeds = hypervisorNeedsOf(parseXml(definition));
  const required = async () => {
    const { below } = await backingChain(on.host, topsOf(definition), signal);
    return checkRequirements(on.host, withLayers(requirementsOf(definition), below), signal);
  };
  const [checked, facts] = await Promise.all([required(), observeHypervisor(on.host, hypervisorNeeds, signal)]);
  return [
    ...missingRequirements(on.name, checked, remedies),
    ...hypervisorFindings(name, on.name, hypervisorNeeds, facts),
  ];
}
