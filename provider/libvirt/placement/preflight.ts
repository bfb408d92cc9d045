/** What would make steps fail, found out before the first of them; all at once. */

import type { Candidate } from "../../placement/candidates";
import type { Looking, Obstacles, PreflightQuestion } from "../../placement/driver";
import { imagesInUse } from "../../placement/fence-check";
import { type DomainName, hasAnswered } from "../../placement/observation";
import { lacks, otherImages, type Provision, provisionsOf } from "../../placement/provisions";
import { capabilitiesOf, needsCapabilities, noPostCopyResume, type Side, unsupported } from "../migration/capabilities";
import type { MigrationOptions } from "../migration/options";
import { movingImages, storageProblems } from "../migration/storage";
import { requirementsOf } from "../requirements";
import { controlProblems } from "./control-problems";

/** With what libvirt is to place, and how. */
type Question = PreflightQuestion & { domain: DomainName & { definition: string }; migration: MigrationOptions };

export async function preflight(question: Question, ways: Looking): Promise<Obstacles> {
  const { domain, steps, candidate, fenced } = question;
  const { signal } = ways;
  const needs = requirementsOf(domain.definition);
  const ask = (name: string) => provisionsOf(candidate(name).host, needs, signal);
  const starts = steps.flatMap((step) => (step.do === "start" || step.do === "create" ? [step.on] : []));
  const moves = steps.flatMap((step) => (step.do === "migrate" ? [step] : []));
  const lacking = await Promise.all(starts.map(async (name) => lacks(name, await ask(name))));
  const images = needs.flatMap(({ kind, what }) => (kind === "image" ? [what] : []));
  const inUse = fenced.length === 0 ? [] : starts.map((on) => imagesInUse(candidate(on), images, fenced, ways));
  const resumes = steps.flatMap((step) => (step.do === "resume post-copy" ? [step.to] : []));
  const unresumable = resumes.map(async (to) =>
    noPostCopyResume({ name: to, ...(await capabilitiesOf(candidate(to).host, signal)) }),
  );
  const moving = await Promise.all(moves.map(({ from, to }) => moveProblems(question, from, to, ask, signal)));
  return {
    problems: [
      ...oddities(question),
      ...lacking.flat(),
      ...(await Promise.all(inUse)).flat(),
      ...(await Promise.all(unresumable)).filter((problem) => problem !== undefined),
      ...moving.flatMap(({ problems }) => problems),
    ],
    unsupported: moving.flatMap((one) => one.unsupported),
  };
}

async function moveProblems(
  { domain, migration, candidate }: Question,
  from: string,
  to: string,
  ask: (name: string) => Promise<Provision[]>,
  signal: AbortSignal,
): Promise<Obstacles> {
  const [source, destination] = [candidate(from), candidate(to)];
  const copied = migration.copyStorage && movingImages(domain.definition, migration.copyStorage);
  const images = copied?.images ?? [];
  const stays = ({ kind, what }: Provision) => !(kind === "image" && images.some(({ path }) => path === what));
  const side = async (one: Candidate): Promise<Side> => ({
    name: one.name,
    ...(await capabilitiesOf(one.host, signal)),
  });
  const [there, here, talk, storage, sides] = await Promise.all([
    ask(to).then((all) => all.filter(stays)),
    ask(from).then((all) => all.filter(stays)),
    controlProblems(source, destination, migration, signal),
    images.length > 0 ? storageProblems(destination, domain.uuid, images, signal) : [],
    needsCapabilities(migration) ? Promise.all([side(source), side(destination)]) : undefined,
  ]);
  return {
    problems: [...lacks(to, there), ...otherImages(from, to, here, there), ...talk, ...storage],
    unsupported: [...(copied?.problems ?? []), ...(sides ? unsupported(migration, ...sides) : [])],
  };
}

function oddities(question: Question): string[] {
  const { domain, steps, migration, seen } = question;
  const { location } = seen;
  const moves = steps.some((step) => step.do === "undefine" && location.kind === "at" && step.on === location.host);
  return [
    ...nameTaken(question),
    ...(location.kind === "at" && location.domain.persistent && !migration.persistent
      ? [
          `migration.persistent is false, and ${domain.name} has a definition on ${location.host}, which cannot be taken from under a running guest here. Set persistent and undefineSource to true, or shut it down and delete it first.`,
        ]
      : []),
    ...(moves && migration.copyStorage
      ? [
          `${domain.name} is shut off, and its images would stay behind: copyStorage copies them only while it runs. Start it, move it, then shut it down.`,
        ]
      : []),
  ];
}

function nameTaken({ domain, steps, seen: { observations } }: Question): string[] {
  const arrivals = steps.flatMap((step) =>
    step.do === "migrate" ? [step.to] : step.do === "define" || step.do === "create" ? [step.on] : [],
  );
  return [...new Set(arrivals)].flatMap((name) => {
    const uuid = observations
      .filter(hasAnswered)
      .find(({ host }) => host === name)
      ?.names.get(domain.name);
    if (uuid === undefined || uuid === domain.uuid) return [];
    return [
      `${name} has another domain with the name ${JSON.stringify(domain.name)} and the UUID ${uuid}. Rename one of the two: libvirt knows a name once a host.`,
    ];
  });
}
