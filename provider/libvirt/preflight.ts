/** Finds everything that would make the steps of a plan fail, before the first of them. */

import type { PreflightProblems } from "../placement/driver";
import { type Candidate, candidateOf } from "../placement/observe/candidate";
import type { Located } from "../placement/observe/locate";
import { hasAnswered } from "../placement/observe/observation";
import type { Step } from "../placement/plan/steps";
import type { Wanted } from "../placement/plan/wanted";
import {
  type CheckedRequirement,
  checkRequirements,
  commonRemedies,
  differentImages,
  missingRequirements,
  type Remedies,
} from "../placement/preflight/host-requirements";
import { lockedImages } from "../placement/preflight/image-locks";
import type { Operation } from "../util/operation";
import { controlProblems } from "./connectivity/problems";
import { requirementsOf } from "./definition/requirements";
import type { LibvirtGuest } from "./guest";
import { capabilitiesOf, needsCapabilities, noPostCopyResume, type Side, unsupported } from "./migration/capabilities";
import { copiedImages, storageProblems } from "./migration/storage";

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
  const needs = requirementsOf(guest.domain.definition);
  const check = ({ host }: Candidate) => checkRequirements(host, needs, signal);
  const on = (hostName: string) => candidateOf(wanted, hostName);
  const starts = steps.flatMap((step) => (step.do === "start" || step.do === "create" ? [on(step.on)] : []));
  const moves = steps.flatMap((step) => (step.do === "migrate" ? [step] : []));
  const missing = await Promise.all(
    starts.map(async (one) => missingRequirements(one.name, await check(one), remedies)),
  );
  const images = needs.flatMap(({ kind, what }) => (kind === "image" ? [what] : []));
  const locked = fenced.length === 0 ? [] : starts.map((one) => lockedImages(one, images, fenced, operation));
  const resumes = steps.flatMap((step) => (step.do === "resume post-copy" ? [on(step.to)] : []));
  const unresumable = resumes.map(async ({ name, host }) =>
    noPostCopyResume({ name, ...(await capabilitiesOf(host, signal)) }),
  );
  const moving = await Promise.all(moves.map(({ from, to }) => moveProblems(guest, on(from), on(to), check, signal)));
  return {
    problems: [
      ...inconsistencies(guest, steps, seen),
      ...missing.flat(),
      ...(await Promise.all(locked)).flat(),
      ...(await Promise.all(unresumable)).filter((problem) => problem !== undefined),
      ...moving.flatMap(({ problems }) => problems),
    ],
    unsupported: moving.flatMap((one) => one.unsupported),
  };
}

async function moveProblems(
  { domain, migration }: LibvirtGuest,
  from: Candidate,
  to: Candidate,
  check: (on: Candidate) => Promise<CheckedRequirement[]>,
  signal: AbortSignal,
): Promise<PreflightProblems> {
  const copied = migration.copyStorage && copiedImages(domain.definition, migration.copyStorage);
  const images = copied?.images ?? [];
  const isShared = ({ kind, what }: CheckedRequirement) =>
    !(kind === "image" && images.some(({ path }) => path === what));
  const side = async ({ name, host }: Candidate): Promise<Side> => ({ name, ...(await capabilitiesOf(host, signal)) });
  const [there, here, control, storage, sides] = await Promise.all([
    check(to).then((all) => all.filter(isShared)),
    check(from).then((all) => all.filter(isShared)),
    controlProblems(from, to, migration, signal),
    images.length > 0 ? storageProblems(to, domain.uuid, images, signal) : [],
    needsCapabilities(migration) ? Promise.all([side(from), side(to)]) : undefined,
  ]);
  return {
    problems: [
      ...missingRequirements(to.name, there, remedies),
      ...differentImages(from.name, to.name, here, there),
      ...control,
      ...storage,
    ],
    unsupported: [...(copied?.problems ?? []), ...(sides ? unsupported(migration, ...sides) : [])],
  };
}

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
