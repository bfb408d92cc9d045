/** How the two hosts of a move go together, for one guest. */
import type { Candidate } from "../../placement/observe/candidate";
import { clockFindings } from "../../placement/preflight/clocks";
import type { Finding } from "../../placement/preflight/finding";
import type { CheckedRequirement } from "../../placement/preflight/host-requirements";
import { type Known, known } from "../../placement/preflight/known-host";
import { releaseFindings } from "../../placement/preflight/releases";
import type { Operation } from "../../util/operation";
import { hostOf } from "../connectivity/uri";
import { attributeAt, type Element } from "../definition/xml";
import type { LibvirtGuest } from "../guest";
import { controlUri } from "../migration/command";
import { certificateFindings } from "./findings/certificates";
import { leaseFindings } from "./findings/leases";
import { lockManagerFindings } from "./findings/lock-managers";
import { networkFindings, usedNetworks } from "./findings/networks";
import { hasTpmStateInFolder, tpmFindings } from "./findings/tpm";
import { type LibvirtFacts, libvirtFactsOf } from "./libvirt-facts";

export type KnownHost = Known<LibvirtFacts>;

/** @throws HostError where the host cannot be used at all */
export const knownHost = (on: Candidate, operation: Operation): Promise<KnownHost | Finding> =>
  known(
    on,
    "free memory, CPUs, networks, clock, certificates, releases and migration ports",
    libvirtFactsOf(on, operation),
  );

/**
 * Pure.
 *
 * @param running the guest as it runs on the source
 * @param here what the source said of its images
 * @param now by this process's clock
 */
export function pairFindings(
  { domain, migration }: LibvirtGuest,
  running: Element,
  from: KnownHost,
  to: KnownHost,
  there: Candidate,
  here: readonly CheckedRequirement[],
  now: number,
): Finding[] {
  const { name } = domain;
  const tlsName = hostOf(controlUri(there, migration));
  const sources = here.flatMap(({ identity }) => (identity?.type === "file" ? [identity.source] : []));
  const threads = Number(attributeAt(running, "threads", "cpu", "topology") ?? 1);
  return [
    ...releaseFindings(name, { from, to, threads, hasPostCopy: migration.postCopy !== undefined }),
    ...lockManagerFindings(from, to),
    ...networkFindings(name, usedNetworks(running), from, to),
    ...(hasTpmStateInFolder(running) ? tpmFindings(name, from, to) : []),
    ...leaseFindings(from, to, sources),
    ...clockFindings(from, to),
    ...certificateFindings(from, to, migration, tlsName, now),
  ];
}
