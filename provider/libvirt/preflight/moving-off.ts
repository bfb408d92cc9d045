/** Why a guest that is off cannot move by its definition: it would start from other disks, or without what is its own. */
import type { Candidate } from "../../placement/observe/candidate";
import { backingChain, unreadHeaders } from "../../placement/preflight/backing-chain";
import { differentImages } from "../../placement/preflight/different-images";
import type { Finding } from "../../placement/preflight/finding";
import { checkRequirements, missingRequirements } from "../../placement/preflight/host-requirements";
import { requirementsOf } from "../definition/requirements";
import type { LibvirtGuest } from "../guest";
import { leftBehind } from "./kept-state";
import { remedies, topsOf, withLayers } from "./needs";

export async function movesOffFindings(
  { domain, migration }: LibvirtGuest,
  from: Candidate,
  to: Candidate,
  signal: AbortSignal,
): Promise<Finding[]> {
  const chain = await backingChain(from.host, topsOf(domain.definition), signal);
  const needs = withLayers(requirementsOf(domain.definition), chain.below);
  const images = needs.filter(({ kind }) => ["image", "medium", "volume"].includes(kind));
  const [here, there, left] = await Promise.all([
    checkRequirements(from.host, images, signal),
    checkRequirements(to.host, images, signal),
    leftBehind(domain, from, to, signal),
  ]);
  return [
    ...missingRequirements(to.name, there, remedies),
    ...differentImages({ from: from.name, to: to.name }, here, there, migration.trustedImages ?? []),
    ...unreadHeaders(from.name, chain),
    ...left,
  ];
}
