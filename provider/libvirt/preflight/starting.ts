/** Why a guest could not start on a host. */
import type { Candidate } from "../../placement/observe/candidate";
import { backingChain } from "../../placement/preflight/backing-chain";
import type { Finding } from "../../placement/preflight/finding";
import { takeRoom } from "../../placement/preflight/guests-on-their-way";
import { checkRequirements, missingRequirements } from "../../placement/preflight/host-requirements";
import { isKnown, placeOf } from "../../placement/preflight/known-host";
import type { Operation } from "../../util/operation";
import { requirementsOf } from "../definition/requirements";
import { parseXml } from "../definition/xml";
import type { LibvirtGuest } from "../guest";
import { cpuFindings, cpuNeedsOf } from "./findings/cpus";
import { knownHost } from "./host-pair";
import { hypervisorNeedsOf, observeHypervisor } from "./hypervisor-facts";
import { unsupportedByHypervisor } from "./hypervisor-findings";
import { remedies, topsOf, withLayers } from "./needs";
import { roomNeededBy } from "./room";

export async function startFindings(
  { domain: { name, uuid, definition } }: LibvirtGuest,
  on: Candidate,
  operation: Operation,
): Promise<Finding[]> {
  const { acts, signal } = operation;
  const domain = parseXml(definition);
  const hypervisorNeeds = hypervisorNeedsOf(domain);
  const required = async () => {
    const { below } = await backingChain(on.host, topsOf(definition), signal);
    return checkRequirements(on.host, withLayers(requirementsOf(definition), below), signal);
  };
  const [checked, facts, host] = await Promise.all([
    required(),
    observeHypervisor(on.host, hypervisorNeeds, signal),
    knownHost(on, operation),
  ]);
  return [
    ...missingRequirements(on.name, checked, remedies),
    ...unsupportedByHypervisor(name, on.name, hypervisorNeeds, facts),
    ...(isKnown(host)
      ? [
          ...cpuFindings(name, on.name, cpuNeedsOf(domain), facts.maxVcpus, host),
          ...takeRoom(placeOf(on), { uuid, name, needs: roomNeededBy(domain) }, host, acts),
        ]
      : [host]),
  ];
}
