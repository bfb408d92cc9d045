/** Why a live migration would fail: of what the guest runs with now, and of what the program says that it needs. */
import type { Candidate } from "../../placement/observe/candidate";
import { differentImages } from "../../placement/preflight/different-images";
import type { Finding } from "../../placement/preflight/finding";
import {
  checkRequirements,
  distinct,
  missingRequirements,
  type Requirement,
} from "../../placement/preflight/host-requirements";
import type { Operation } from "../../util/operation";
import { controlFindings } from "../connectivity/findings";
import { blockingDevices } from "../definition/blocking-devices";
import { requirementsOf } from "../definition/requirements";
import type { LibvirtGuest } from "../guest";
import { capabilitiesOf, needsCapabilities, type Side, unsupported } from "../migration/capabilities";
import { copiedImages } from "../migration/storage";
import { attachedDevices } from "./attached-devices";
import { copiedDiskFindings, copyTargetFindings } from "./copied-images";
import { hypervisorNeedsOf, observeHypervisor } from "./hypervisor-facts";
import { hypervisorFindings } from "./hypervisor-findings";
import { lockFindings } from "./image-without-lock";
import { movingDefinition, unmovable } from "./moving-definition";
import { remedies } from "./needs";

export async function moveFindings(
  { domain, migration }: LibvirtGuest,
  from: Candidate,
  to: Candidate,
  { signal, info }: Operation,
): Promise<Finding[]> {
  const running = await movingDefinition(from.host, domain.uuid, signal);
  const attached = attachedDevices(running.domain, domain.definition);
  if (attached.length > 0)
    info(
      `${domain.name} runs with what its definition lacks: ${attached.join(", ")}. It moves along, and is gone once the guest is started anew.`,
    );
  const blocking = blockingDevices(running.domain);
  const { copyStorage } = migration;
  const images = copyStorage ? copiedImages(running.definition, copyStorage) : [];
  const needs = distinct([...requirementsOf(running.definition), ...requirementsOf(domain.definition)]);
  const isShared = ({ kind, what }: Requirement) => !(kind === "image" && images.some(({ path }) => path === what));
  const shared = needs.filter(isShared);
  const hypervisorNeeds = hypervisorNeedsOf(running.domain);
  const check = ({ host }: Candidate) => checkRequirements(host, shared, signal);
  const side = async ({ name, host }: Candidate): Promise<Side> => ({ name, ...(await capabilitiesOf(host, signal)) });
  const hypervisor = async () => {
    const facts = await observeHypervisor(to.host, hypervisorNeeds, signal);
    const onSource = facts.cpuRefusal === "" ? undefined : await observeHypervisor(from.host, hypervisorNeeds, signal);
    return hypervisorFindings(domain.name, to.name, hypervisorNeeds, facts, onSource);
  };
  const [locks, there, here, control, storage, lacking, sides] = await Promise.all([
    lockFindings(domain.name, running.domain, from, to, signal),
    check(to),
    check(from),
    controlFindings(from, to, migration, signal),
    copyTargetFindings(to, domain.uuid, images, signal),
    hypervisor(),
    needsCapabilities(migration) || blocking.length > 0 ? Promise.all([side(from), side(to)]) : undefined,
  ]);
  return [
    ...(sides ? [...unmovable(domain.name, sides[0], blocking), ...unsupported(migration, ...sides)] : []),
    ...(copyStorage ? copiedDiskFindings(from.name, running.definition, copyStorage) : []),
    ...lacking,
    ...missingRequirements(to.name, there, remedies),
    ...differentImages({ from: from.name, to: to.name }, here, there, migration.trustedImages ?? []),
    ...control,
    ...storage,
    ...locks,
  ];
}
