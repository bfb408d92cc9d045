/** Finds everything that would make the steps of a plan fail, before the first of them. */

import { candidateOf } from "../../placement/observe/candidate";
import type { Located } from "../../placement/observe/locate";
import { hasAnswered } from "../../placement/observe/observation";
import type { Step } from "../../placement/plan/steps";
import type { Wanted } from "../../placement/plan/wanted";
import type { Finding } from "../../placement/preflight/finding";
import { lockedImages } from "../../placement/preflight/image-locks";
import type { Operation } from "../../util/operation";
import { requirementsOf } from "../definition/requirements";
import type { LibvirtGuest } from "../guest";
import { capabilitiesOf, noPostCopyResume } from "../migration/capabilities";
import { moveFindings } from "./moving";
import { movesOffFindings } from "./moving-off";
import { startFindings } from "./starting";

export async function preflight(
  guest: LibvirtGuest,
  wanted: Wanted,
  steps: readonly Step[],
  seen: Located,
  operation: Operation,
): Promise<Finding[]> {
  const { fenced } = wanted;
  const { signal } = operation;
  const on = (hostName: string) => candidateOf(wanted, hostName);
  const starts = steps.flatMap((step) => (step.do === "start" || step.do === "create" ? [on(step.on)] : []));
  const moves = steps.flatMap((step) => (step.do === "migrate" ? [step] : []));
  const resumes = steps.flatMap((step) => (step.do === "resume post-copy" ? [on(step.to)] : []));
  const locked = fenced.length === 0 ? [] : starts.map((one) => lockedImages(one, imagesOf(guest), fenced, operation));
  const unresumable = resumes.map(async ({ name, host }) =>
    [noPostCopyResume({ name, ...(await capabilitiesOf(host, signal)) })].filter((finding) => finding !== undefined),
  );
  const found = await Promise.all([
    ...moves.map(({ from, to }) => moveFindings(guest, on(from), on(to), operation)),
    ...starts.map((one) => startFindings(guest, one, operation)),
    ...locked,
    ...movesOff(steps, seen).map(({ from, to }) => movesOffFindings(guest, on(from), on(to), signal)),
    ...unresumable,
  ]);
  return [...inconsistencies(guest, steps, seen), ...found.flat()];
}

const imagesOf = ({ domain }: LibvirtGuest): string[] =>
  requirementsOf(domain.definition).flatMap(({ kind, what }) => (kind === "image" ? [what] : []));

/** Where the definition of a guest that is off leaves one host for another. */
function movesOff(steps: readonly Step[], { location }: Located): { from: string; to: string }[] {
  if (location.kind !== "at") return [];
  const from = location.hostName;
  if (!steps.some((step) => step.do === "undefine" && step.on === from)) return [];
  return steps.flatMap((step) => (step.do === "define" && step.on !== from ? [{ from, to: step.on }] : []));
}

function inconsistencies({ domain, migration }: LibvirtGuest, steps: readonly Step[], seen: Located): Finding[] {
  const { location } = seen;
  const leaves = steps.some(
    (step) => step.do === "undefine" && location.kind === "at" && step.on === location.hostName,
  );
  return [
    ...nameTaken(domain, steps, seen),
    ...(location.kind === "at" && location.domain.persistent && !migration.persistent
      ? [
          {
            code: "definition-stays" as const,
            hostName: location.hostName,
            subject: "migration.persistent",
            seen: `migration.persistent is false, and ${domain.name} has a definition on ${location.hostName}, which cannot be removed while the guest runs.`,
            fix: "Set persistent and undefineSource to true, or shut it down and delete it first.",
          },
        ]
      : []),
    ...(leaves && migration.copyStorage
      ? [
          {
            code: "copy-needs-running" as const,
            hostName: location.kind === "at" ? location.hostName : "",
            subject: "migration.copyStorage",
            seen: `${domain.name} is shut off, and its images would not be copied: copyStorage works only while the guest runs.`,
            fix: "Start it, move it, then shut it down.",
          },
        ]
      : []),
  ];
}

function nameTaken(
  { name, uuid }: LibvirtGuest["domain"],
  steps: readonly Step[],
  { observations }: Located,
): Finding[] {
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
      {
        code: "name-taken" as const,
        hostName: arrival,
        subject: "name",
        seen: `${arrival} has another domain with the name ${JSON.stringify(name)} and the UUID ${other}.`,
        fix: "Rename one of the two: libvirt allows a name only once per host.",
      },
    ];
  });
}
