/** Asks hosts for all their guests: what runs, what it has, which job is under way, how it came there. */
import type { RemoteHost } from "../../host/host";
import { runScript, sh } from "../../host/script";
import { guestsOn } from "../../libvirt/guests-on";
import { jobControl } from "../../libvirt/migration/job-control";
import { lookAtDomain } from "../../libvirt/observe";
import { lastMovesOn } from "../../placement/lock/read-journals";
import { pause } from "../../util/pause";
import { type Answer, askEach, hasSaid, type NamedHost } from "../hosts";
import type { HostNow, Inventory } from "./host-now";
import { isAlarming } from "./judge";

type Seen = Pick<HostNow, "answers" | "jobs">;

/** Time between two looks at what would be alarming, in milliseconds: answers come one after another. */
const secondLookAfterMs = 600;

/** Every host is asked anew. @returns an answer of each host, in the order of the hosts */
export async function observeHosts(hosts: readonly NamedHost[], signal: AbortSignal): Promise<Answer<HostNow>[]> {
  const inventories = await askEach(hosts, signal, (host) => inventoryOf(host, signal));
  const uuids = [
    ...new Set(inventories.filter(hasSaid).flatMap(({ said }) => said.domains.map(({ uuid }) => uuid))),
  ].sort();
  const first = await lookAgain(hosts, inventories, uuids, signal);
  const alarming = uuids.filter((uuid) => isAlarming(uuid, first));
  if (alarming.length === 0) return first;
  await pause(secondLookAfterMs, signal);
  return lookAgain(hosts, first, alarming, signal);
}

async function inventoryOf(host: RemoteHost, signal: AbortSignal): Promise<Inventory> {
  const [guests, moves, boot] = await Promise.all([
    guestsOn(host, signal),
    lastMovesOn(host, signal),
    runScript(host, sh`cat /proc/sys/kernel/random/boot_id`, [], { signal }),
  ]);
  return { ...guests, moves, bootId: boot.stdout.trim() };
}

/** A host that has not answered before is not asked again. */
async function lookAgain(
  hosts: readonly NamedHost[],
  before: readonly Answer<Inventory & Partial<Seen>>[],
  uuids: readonly string[],
  signal: AbortSignal,
): Promise<Answer<HostNow>[]> {
  const newerThanMs = performance.now();
  return Promise.all(
    before.map(async (one): Promise<Answer<HostNow>> => {
      const host = hosts.find(({ name }) => name === one.name);
      if (!hasSaid(one) || host === undefined) return one as Answer<HostNow>;
      const [answer] = await askEach([host], signal, (asked) => lookAt(asked, uuids, signal, newerThanMs));
      if (answer === undefined || !hasSaid(answer)) return answer ?? { name: one.name, problem: "was not asked" };
      const answers = new Map([...(one.said.answers ?? []), ...answer.said.answers]);
      const jobs = new Map([...(one.said.jobs ?? []), ...answer.said.jobs]);
      return { name: one.name, said: { ...one.said, answers, jobs } };
    }),
  );
}

async function lookAt(
  host: RemoteHost,
  uuids: readonly string[],
  signal: AbortSignal,
  newerThanMs: number,
): Promise<Seen> {
  const said = uuids.map(async (uuid) => [uuid, await lookAtDomain(host, uuid, signal, newerThanMs)] as const);
  const answers = await Promise.all(said);
  const leaving = answers.flatMap(([uuid, { domain }]) =>
    domain?.job === "outgoing" ? [{ uuid, name: domain.name }] : [],
  );
  const jobs = leaving.map(async (domain) => [domain.uuid, await jobControl(domain, host).observe(signal)] as const);
  return { answers: new Map(answers), jobs: new Map(await Promise.all(jobs)) };
}
