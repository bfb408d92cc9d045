/** Why a live migration would fail: of what the guest runs with now, and of what the program says that it needs. */
import type { Candidate } from "../../placement/observe/candidate";
import { differentImages } from "../../placement/preflight/different-images";
import type { Finding } from "../../placement/preflight/finding";
import { takeRoom } from "../../placement/preflight/guests-on-their-way";
import {
  checkRequirements,
  distinct,
  missingRequirements,
  type Requirement,
} from "../../placement/preflight/host-requirements";
import { isKnown, placeOf } from "../../placement/preflight/known-host";
import { portFindings } from "../../placement/preflight/migration-ports";
import { nameFindings } from "../../placement/preflight/names";
import type { Operation } from "../../util/operation";
import { controlFindings } from "../connectivity/findings";
import { blockingDevices } from "../definition/blocking-devices";
import { disksOf } from "../definition/disks";
import { requirementsOf } from "../definition/requirements";
import type { LibvirtGuest } from "../guest";
import { capabilitiesOf, needsCapabilities, type Side, unsupported } from "../migration/capabilities";
import { copiedImages } from "../migration/storage";
import { attachedDevices } from "./attached-devices";
import { copiedDiskFindings, copyTargetFindings } from "./copied-images";
import { cpuFindings, cpuNeedsOf } from "./findings/cpus";
import { guestJobsOf, jobFindings } from "./guest-jobs";
import { type KnownHost, knownHost, pairFindings } from "./host-pair";
import { hypervisorNeedsOf, observeHypervisor } from "./hypervisor-facts";
import { savedMemoryFindings, unsupportedByHypervisor } from "./hypervisor-findings";
import { lockFindings } from "./image-without-lock";
import { movingDefinition, unmovable } from "./moving-definition";
import { remedies } from "./needs";
import { roomNeededBy } from "./room";
import { namesOfMove, streamPorts } from "./stream-ports";

export async function moveFindings(
  guest: LibvirtGuest,
  from: Candidate,
  to: Candidate,
  operation: Operation,
): Promise<Finding[]> {
  const { domain, migration } = guest;
  const { signal, info } = operation;
  const [running, control, names, source, destination] = await Promise.all([
    movingDefinition(from.host, domain.uuid, signal),
    controlFindings(from, to, migration, signal),
    nameFindings([from], namesOfMove(to, migration), signal),
    knownHost(from, operation),
    knownHost(to, operation),
  ]);
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
    const found = unsupportedByHypervisor(domain.name, to.name, hypervisorNeeds, facts, onSource);
    return { facts, found: [...found, ...savedMemoryFindings(domain.name, to.name, facts)] };
  };
  const disks = disksOf(running.definition).flatMap(({ target, isReadonly }) => (isReadonly ? [] : [target]));
  const [locks, there, here, storage, lacking, sides, jobs, ports] = await Promise.all([
    lockFindings(domain.name, running.domain, from, to, signal),
    check(to),
    check(from),
    copyTargetFindings(to, domain.uuid, images, signal),
    hypervisor(),
    needsCapabilities(migration) || blocking.length > 0 ? Promise.all([side(from), side(to)]) : undefined,
    guestJobsOf(from.host, domain.uuid, disks, signal),
    isKnown(destination) ? portsOfStream(guest, from, to, destination, signal) : [],
  ]);
  return [
    ...(sides ? [...unmovable(domain.name, sides[0], blocking), ...unsupported(migration, ...sides)] : []),
    ...(copyStorage ? copiedDiskFindings(from.name, running.definition, copyStorage) : []),
    ...jobFindings(domain, from.name, jobs),
    ...lacking.found,
    ...missingRequirements(to.name, there, remedies),
    ...differentImages({ from: from.name, to: to.name }, here, there, migration.trustedImages ?? []),
    ...control,
    ...names,
    ...(isKnown(source) ? [] : [source]),
    ...(isKnown(destination)
      ? [
          ...cpuFindings(domain.name, to.name, cpuNeedsOf(running.domain), lacking.facts.maxVcpus, destination),
          ...takeRoom(placeOf(to), { ...domain, needs: roomNeededBy(running.domain) }, destination, operation.acts),
          ...ports,
          ...(isKnown(source) ? pairFindings(guest, running.domain, source, destination, to, here, Date.now()) : []),
        ]
      : [destination]),
    ...storage,
    ...locks,
  ];
}

async function portsOfStream(
  { migration }: LibvirtGuest,
  from: Candidate,
  to: Candidate,
  destination: KnownHost,
  signal: AbortSignal,
): Promise<Finding[]> {
  const ports = streamPorts(to, migration, destination);
  return ports ? portFindings(from, to, ports, signal) : [];
}
