/** Finds everything that would make the steps of a plan fail, before the first of them. */

import type { PreflightProblems } from "../../placement/driver";
import { type Candidate, candidateOf } from "../../placement/observe/candidate";
import type { Located } from "../../placement/observe/locate";
import { hasAnswered } from "../../placement/observe/observation";
import type { Step } from "../../placement/plan/steps";
import type { Wanted } from "../../placement/plan/wanted";
import { backingChain, type Layer, unreadProblems } from "../../placement/preflight/backing-chain";
import { differentImages } from "../../placement/preflight/different-images";
import {
  checkRequirements,
  commonRemedies,
  missingRequirements,
  type Remedies,
  type Requirement,
} from "../../placement/preflight/host-requirements";
import { lockedImages } from "../../placement/preflight/image-locks";
import type { Operation } from "../../util/operation";
import { controlProblems } from "../connectivity/problems";
import { blockingDevices } from "../definition/blocking-devices";
import { disksOf } from "../definition/disks";
import { requirementsOf } from "../definition/requirements";
import type { LibvirtGuest } from "../guest";
import { capabilitiesOf, needsCapabilities, noPostCopyResume, type Side, unsupported } from "../migration/capabilities";
import { copiedImages, storageProblems } from "../migration/storage";
import { leftBehind } from "./kept-state";
import { movingDefinition, unmovable } from "./moving-definition";

const remedies: Remedies = {
  ...commonRemedies,
  certificate: "A LibvirtTlsPki with both hosts makes it",
  emulator:
    "Install it (Debian: `apt-get install qemu-system-x86`), or name another <emulator> in the guest's definition",
};

export async function preflight(
  guest: LibvirtGuest,
  wanted: Wanted,
  steps: readonly Step[],
  seen: Located,
  operation: Operation,
): Promise<PreflightProblems> {
  const { fenced } = wanted;
  const { signal } = operation;
  const { location } = seen;
  const needs = requirementsOf(guest.domain.definition);
  const check = async ({ host }: Candidate) => {
    const { below } = await backingChain(host, topsOf(guest.domain.definition), signal);
    return checkRequirements(host, unique([...needs, ...asImages(below)]), signal);
  };
  const on = (hostName: string) => candidateOf(wanted, hostName);
  const starts = steps.flatMap((step) => (step.do === "start" || step.do === "create" ? [on(step.on)] : []));
  const moves = steps.flatMap((step) => (step.do === "migrate" ? [step] : []));
  const missing = await Promise.all(
    starts.map(async (one) => missingRequirements(one.name, await check(one), remedies)),
  );
  const leaves = steps.some(
    (step) => step.do === "undefine" && location.kind === "at" && step.on === location.hostName,
  );
  const movesOff =
    leaves && location.kind === "at"
      ? steps.flatMap((step) => (step.do === "define" && step.on !== location.hostName ? [step.on] : []))
      : [];
  const leftOff = movesOff.map((to) =>
    movesOffProblems(guest, on(location.kind === "at" ? location.hostName : to), on(to), needs, signal),
  );
  const images = needs.flatMap(({ kind, what }) => (kind === "image" ? [what] : []));
  const locked = fenced.length === 0 ? [] : starts.map((one) => lockedImages(one, images, fenced, operation));
  const resumes = steps.flatMap((step) => (step.do === "resume post-copy" ? [on(step.to)] : []));
  const unresumable = resumes.map(async ({ name, host }) =>
    noPostCopyResume({ name, ...(await capabilitiesOf(host, signal)) }),
  );
  const moving = await Promise.all(moves.map(({ from, to }) => moveProblems(guest, on(from), on(to), needs, signal)));
  return {
    problems: [
      ...inconsistencies(guest, steps, seen),
      ...missing.flat(),
      ...(await Promise.all(locked)).flat(),
      ...(await Promise.all(leftOff)).flat(),
      ...(await Promise.all(unresumable)).filter((problem) => problem !== undefined),
      ...moving.flatMap(({ problems }) => problems),
    ],
    unsupported: moving.flatMap((one) => one.unsupported),
  };
}

/** What the program says it needs, and what it runs with. */
async function moveProblems(
  { domain, migration }: LibvirtGuest,
  from: Candidate,
  to: Candidate,
  wanted: readonly Requirement[],
  signal: AbortSignal,
): Promise<PreflightProblems> {
  const running = await movingDefinition(from.host, domain.uuid, signal);
  const blocking = blockingDevices(running.domain);
  const copied = migration.copyStorage && copiedImages(running.definition, migration.copyStorage);
  const images = copied?.images ?? [];
  const needs = unique([...requirementsOf(running.definition), ...wanted]);
  const isShared = ({ kind, what }: Requirement) => !(kind === "image" && images.some(({ path }) => path === what));
  const shared = needs.filter(isShared);
  const check = ({ host }: Candidate) => checkRequirements(host, shared, signal);
  const side = async ({ name, host }: Candidate): Promise<Side> => ({ name, ...(await capabilitiesOf(host, signal)) });
  const [there, here, control, storage, sides] = await Promise.all([
    check(to),
    check(from),
    controlProblems(from, to, migration, signal),
    images.length > 0 ? storageProblems(to, domain.uuid, images, signal) : [],
    needsCapabilities(migration) || blocking.length > 0 ? Promise.all([side(from), side(to)]) : undefined,
  ]);
  return {
    problems: [
      ...(sides ? unmovable(domain.name, sides[0], blocking) : []),
      ...missingRequirements(to.name, there, remedies),
      ...differentImages({ from: from.name, to: to.name }, here, there, migration.trustedImages ?? []),
      ...control,
      ...storage,
    ],
    unsupported: [...(copied?.problems ?? []), ...(sides ? unsupported(migration, ...sides) : [])],
  };
}

/** Of a guest that is off: it would start there from other disks, or without what belongs to it. */
async function movesOffProblems(
  { domain, migration }: LibvirtGuest,
  from: Candidate,
  to: Candidate,
  wanted: readonly Requirement[],
  signal: AbortSignal,
): Promise<string[]> {
  const chain = await backingChain(from.host, topsOf(domain.definition), signal);
  const images = unique([...wanted, ...asImages(chain.below)]).filter(
    ({ kind }) => kind === "image" || kind === "medium",
  );
  const [here, there, left] = await Promise.all([
    checkRequirements(from.host, images, signal),
    checkRequirements(to.host, images, signal),
    leftBehind(domain, from, to, signal),
  ]);
  return [
    ...missingRequirements(to.name, there, remedies),
    ...differentImages({ from: from.name, to: to.name }, here, there, migration.trustedImages ?? []),
    ...unreadProblems(from.name, chain),
    ...left,
  ];
}

/** Those whose definition does not say what they are based on. */
const topsOf = (definition: string): Layer[] =>
  disksOf(definition).flatMap(({ file, format, backing }) =>
    file === undefined || backing !== undefined ? [] : [{ path: file, format }],
  );

const asImages = (paths: readonly string[]): Requirement[] => paths.map((what) => ({ kind: "image", what }));

const unique = (needs: readonly Requirement[]): Requirement[] => [
  ...new Map(needs.map((need) => [`${need.kind} ${need.what}`, need])).values(),
];

function inconsistencies({ domain, migration }: LibvirtGuest, steps: readonly Step[], seen: Located): string[] {
  const { location } = seen;
  const movesOff = steps.some(
    (step) => step.do === "undefine" && location.kind === "at" && step.on === location.hostName,
  );
  return [
    ...nameTaken(domain, steps, seen),
    ...(location.kind === "at" && location.domain.persistent && !migration.persistent
      ? [
          `migration.persistent is false, and ${domain.name} has a definition on ${location.hostName}, which cannot be removed while the guest runs. Set persistent and undefineSource to true, or shut it down and delete it first.`,
        ]
      : []),
    ...(movesOff && migration.copyStorage
      ? [
          `${domain.name} is shut off, and its images would not be copied: copyStorage works only while the guest runs. Start it, move it, then shut it down.`,
        ]
      : []),
  ];
}

function nameTaken(
  { name, uuid }: LibvirtGuest["domain"],
  steps: readonly Step[],
  { observations }: Located,
): string[] {
  const arrivals = steps.flatMap((step) =>
    step.do === "migrate" ? [step.to] : step.do === "define" || step.do === "create" ? [step.on] : [],
  );
  return [...new Set(arrivals)].flatMap((arrival) => {
    const other = observations
      .filter(hasAnswered)
      .find(({ hostName }) => hostName === arrival)
      ?.names.get(name);
    if (other === undefined || other === uuid) return [];
    return [
      `${arrival} has another domain with the name ${JSON.stringify(name)} and the UUID ${other}. Rename one of the two: libvirt allows a name only once per host.`,
    ];
  });
}
