/** Pure: what a status says, as data; people and machines get the same. */
import type { JournalEntry } from "../../placement/lock/read-journals";
import type { Job } from "../../placement/migration/job";
import type { DomainFacts } from "../../placement/observe/observation";
import { type Answer, hasSaid } from "../hosts";
import type { PlacedGuest } from "../stack/read-state";
import type { HostNow } from "./host-now";
import { isWrong, type Judgement, judge, type Remark } from "./judge";

export interface HostRow {
  name: string;
  /** Why nothing is known of it; absent when it has answered. */
  problem?: string;
  memoryMiB?: number;
  /** Of the guests that have a QEMU. */
  guestsMiB?: number;
}

export interface GuestRow {
  /** Undefined: on none of the hosts that have answered. */
  host?: string;
  /** Absent for a QEMU that libvirt knows nothing of. */
  uuid?: string;
  name: string;
  /** In virsh's words. */
  state: string;
  memoryMiB?: number;
  job?: string;
  lastMove?: LastMove;
  remarks: readonly Remark[];
}

export interface LastMove {
  from: string;
  to: string;
  /** ISO 8601 in UTC. */
  at: string;
  who: string;
  isDone: boolean;
}

export interface StatusReport {
  hosts: HostRow[];
  guests: GuestRow[];
  /** For what only an operator can decide: by the name of the guest. */
  advice: { guest: string; text: string }[];
}

/** @param placed what the state of a stack knows; none without a stack */
export function reportOf(answers: readonly Answer<HostNow>[], placed: readonly PlacedGuest[] = []): StatusReport {
  const said = answers.filter(hasSaid);
  const uuids = [...new Set(said.flatMap((one) => one.said.domains.map(({ uuid }) => uuid)))];
  const judgements = new Map(uuids.map((uuid) => [uuid, judge(uuid, answers)] as const));
  const guests = said.flatMap((answer) => [
    ...answer.said.domains.flatMap((domain) => {
      const facts = answer.said.answers.get(domain.uuid)?.domain;
      if (facts === undefined) return []; // it has left meanwhile
      const judgement = judgements.get(domain.uuid);
      const lastMove = lastMoveOf(domain.uuid, said);
      const job = jobOf(facts, judgement, answer.said.jobs.get(domain.uuid));
      return [
        {
          host: answer.name,
          uuid: domain.uuid,
          name: domain.name,
          state: facts.reason === "" ? facts.state : `${facts.state} (${facts.reason})`,
          memoryMiB: domain.memoryMiB,
          ...(job !== undefined && { job }),
          ...(lastMove && { lastMove }),
          remarks: [...(judgement?.remarks.get(answer.name) ?? []), ...movedRemark(answer.name, facts, domain, placed)],
        },
      ];
    }),
    ...answer.said.processes.map(({ what, memoryMiB }) => ({
      host: answer.name,
      name: what,
      state: "running",
      memoryMiB,
      remarks: [{ kind: "without libvirt" as const, text: "libvirt knows nothing of it" }],
    })),
  ]);
  const advice = uuids.flatMap((uuid) => {
    const text = judgements.get(uuid)?.advice;
    return text === undefined ? [] : [{ guest: nameOf(uuid, said), text }];
  });
  return { hosts: answers.map(hostRow), guests: [...guests, ...missing(placed, uuids, answers)], advice };
}

export const isWrongIn = ({ guests }: StatusReport): boolean => guests.some(({ remarks }) => remarks.some(isWrong));
export const isUnknownIn = ({ hosts }: StatusReport): boolean => hosts.some(({ problem }) => problem !== undefined);

/** Pairs of names that mean one machine: all its guests would be doubles. */
export function sameMachines(answers: readonly Answer<HostNow>[]): [string, string][] {
  const said = answers.filter(hasSaid);
  return said.flatMap((one, index) =>
    said
      .slice(index + 1)
      .filter((other) => other.said.bootId === one.said.bootId && one.said.bootId !== "")
      .map((other): [string, string] => [one.name, other.name]),
  );
}

function hostRow(answer: Answer<HostNow>): HostRow {
  if (!hasSaid(answer)) return { name: answer.name, problem: answer.problem };
  const { memoryMiB, domains, processes } = answer.said;
  const active = [...domains.filter(({ state }) => state !== "shut off"), ...processes];
  return { name: answer.name, memoryMiB, guestsMiB: active.reduce((sum, one) => sum + one.memoryMiB, 0) };
}

function jobOf({ job }: DomainFacts, judgement: Judgement | undefined, figures: Job | undefined): string | undefined {
  const location = judgement?.location;
  const [from, to] = location?.kind === "moving" ? [location.from, location.to] : [];
  switch (job) {
    case "outgoing":
      return `${to === undefined ? "migrates away" : `migrates to ${to}`}${percentOf(figures)}`;
    case "incoming":
      return from === undefined ? "arrives" : `arrives from ${from}`;
    case "other":
      return "another job";
    case "none":
      return undefined;
  }
}

function percentOf(job: Job | undefined): string {
  if (job === undefined || !job.active || job.totalBytes === 0) return "";
  return `, ${Math.floor((1 - job.remainingBytes / job.totalBytes) * 100)} %`;
}

/** Of the journals of all hosts, the newest. */
function lastMoveOf(uuid: string, said: readonly { said: HostNow }[]): LastMove | undefined {
  const moves = said.flatMap((one) => one.said.moves.get(uuid) ?? []);
  const newest = moves.sort((one, other) => (one.at < other.at ? 1 : -1))[0];
  return newest && moveOf(newest);
}

const moveOf = ({ move, at, who, outcome }: JournalEntry): LastMove | undefined =>
  move && { ...move, at, who, isDone: outcome === "done" };

function movedRemark(
  hostName: string,
  { state }: DomainFacts,
  { uuid }: { uuid: string },
  placed: readonly PlacedGuest[],
): Remark[] {
  const known = placed.find((one) => one.uuid === uuid);
  if (known?.host === undefined || known.host === hostName || state === "shut off") return [];
  return [{ kind: "moved", text: `the state has it on ${known.host}` }];
}

/** What the state has and nobody shows. Where a host is silent, that is no absence. */
function missing(placed: readonly PlacedGuest[], uuids: readonly string[], answers: readonly Answer<HostNow>[]) {
  const silent = answers.filter((answer) => !hasSaid(answer)).map(({ name }) => name);
  return placed
    .filter(({ uuid }) => !uuids.includes(uuid))
    .map(({ uuid, name, host }): GuestRow => {
      const where = host === undefined ? "" : `the state has it on ${host}`;
      if (silent.length === 0) return { uuid, name, state: "nowhere", remarks: [{ kind: "unclear", text: where }] };
      const text = `${silent.join(", ")} did not answer${where && `; ${where}`}`;
      return { uuid, name, state: "unknown", remarks: [{ kind: "moved", text }] };
    });
}

const nameOf = (uuid: string, said: readonly { said: HostNow }[]): string =>
  said.flatMap((one) => one.said.domains).find((domain) => domain.uuid === uuid)?.name ?? uuid;
