/** Provider side of `LibvirtTlsPki`: reasons not to begin, found before anything is changed; all of them at once. */
import { runScript, sh } from "../../host/script";
import { daemonDifferences } from "../../libvirt/daemon/differences";
import { type DaemonFacts, daemonObstacles } from "../../libvirt/daemon/inspect";
import { type DaemonSettings, hasNewKeys, unknownKeys } from "../../libvirt/daemon/settings";
import { jobsOn } from "../../libvirt/daemon/switch";
import { Refused } from "../../lifecycle/errors";
import type { HostBaseline } from "../../pki/baseline";
import { givenProblems } from "../../pki/given-findings";
import type { Operation } from "../../util/operation";
import type { Owner } from "../../util/owner";
import { claimProblems } from "../shared/claim";
import { together } from "../shared/many-hosts";
import {
  authorityLabel,
  foreignHere,
  givenFor,
  isNewMember,
  notedIn,
  type PkiHostFacts,
  type PkiHosts,
  type PkiInputs,
  settingsOf,
} from "./observe";

/** @throws Refused */
export async function refuseUnlessPossible(seen: PkiHosts, args: PkiInputs, operation: Operation): Promise<void> {
  const { signal } = operation;
  const settings = settingsOf(args);
  const switched = [
    ...seen.hosts.map((one) =>
      restarting(
        one,
        one.daemons.filter((facts) => daemonDifferences(facts, settings).length > 0),
      ),
    ),
    ...seen.removed.map((one) => restarting(one, one.daemons)),
  ];
  const problems = [
    ...claimProblems(operation, notedIn(seen), args.adopt),
    ...seen.hosts.flatMap(obstacles),
    ...seen.hosts.flatMap((one) => unusable(one, args)),
    ...foreignProblems(seen, args, operation.owner),
    ...(await groupProblems(seen, args)),
    ...(await keyProblems(seen, settings)),
    ...(await jobProblems(switched, signal)),
  ];
  if (problems.length > 0) throw new Refused(problems);
}

/** A host, and those of its daemons that are to be restarted. */
type Restarting = Pick<PkiHostFacts, "name" | "host" | "daemons">;
export const restarting = ({ name, host }: PkiHostFacts, daemons: DaemonFacts[]): Restarting => ({
  name,
  host,
  daemons,
});

/** A restart ends a migration. */
export async function jobProblems(all: readonly Restarting[], signal: AbortSignal): Promise<string[]> {
  const switched = all.filter(({ daemons }) => daemons.length > 0);
  const jobs = await together(switched, async ({ name, host, daemons }) => ({
    name,
    restarted: daemons.map(({ daemon }) => daemon.name).join(" and "),
    domains: await jobsOn(host, daemons, signal),
  }));
  return jobs
    .filter(({ domains }) => domains.length > 0)
    .map(
      ({ name, restarted, domains }) =>
        `${name}: ${restarted} must be restarted, which would abort the job of ${domains.join(", ")}. Wait until it has finished, or end it there by \`virsh domjobabort\`.`,
    );
}

function obstacles({ name, daemons, pki }: PkiHostFacts): string[] {
  const user = pki.qemuGroup
    ? []
    : ["has no user libvirt-qemu or qemu, so the group that must read QEMU's keys is unknown"];
  return [...daemonObstacles(daemons), ...user].map((words) => `${name} ${words}.`);
}

function unusable({ name, pki }: PkiHostFacts, args: PkiInputs): string[] {
  const given = givenFor(args, name);
  return given ? givenProblems(pki, given, name).map((words) => `${name}: ${words}.`) : [];
}

function foreignProblems({ authority, hosts }: PkiHosts, args: PkiInputs, self: Owner | undefined): string[] {
  if (args.adopt) return [];
  const all = [...new Set([...(authority ? [authority] : []), ...hosts])];
  const files = all.flatMap((one) =>
    isNewMember(one) ? foreignHere(one, args).map((path) => `${one.name}: ${path}`) : [],
  );
  const isOwn = ({ owner }: HostBaseline) => owner !== undefined && owner.urn === self?.urn;
  const others = all.filter(({ before }) => before && before.authority !== authorityLabel(args) && !isOwn(before));
  return [
    ...(files.length > 0
      ? [
          `These files already exist, and nothing marks them as made by this provider:\n  ${files.join("\n  ")}\nMove them away, or set adopt: true; they are then backed up, and restored on delete.`,
        ]
      : []),
    ...others.map(
      ({ name, before }) =>
        `${name} belongs to the LibvirtTlsPki whose authority is ${before?.authority}. Remove the host from that one first, or set adopt: true.`,
    ),
  ];
}

async function groupProblems({ hosts }: PkiHosts, { libvirtd: { unixSockGroup } }: PkiInputs): Promise<string[]> {
  if (unixSockGroup === undefined) return [];
  const script = sh`if getent group "$1" > /dev/null; then echo yes; else echo no; fi`;
  const answers = await together(hosts, async ({ name, host }) => ({
    name,
    isThere: (await runScript(host, script, [unixSockGroup])).stdout.trim() === "yes",
  }));
  const missing = answers.filter(({ isThere }) => !isThere).map(({ name }) => name);
  return missing.length === 0
    ? []
    : [`There is no group ${unixSockGroup} on ${missing.join(", ")}: \`groupadd ${unixSockGroup}\`.`];
}

/** What a host's libvirt does not know it passes over in silence. */
async function keyProblems({ hosts }: PkiHosts, settings: DaemonSettings): Promise<string[]> {
  if (!hasNewKeys(settings)) return [];
  const problems = await together(hosts, async ({ name, host }) => {
    const { stdout } = await runScript(host, sh`virsh --version`);
    return unknownKeys(settings, stdout.trim()).map((words) => `${name} ${words}.`);
  });
  return problems.flat();
}
