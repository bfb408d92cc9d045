/** Provider side of `MigrationFirewall`. */
import { closePorts, openPorts } from "../../firewall/change";
import { commentOf, printedRules } from "../../firewall/nft-rules";
import { unkeptIn } from "../../firewall/note";
import { firewallProblems, isAnyOurs, thingDifferences, wantedThings } from "../../firewall/plan";
import { hasUnsavedChanges } from "../../firewall/unsaved";
import type { Definition, Observed } from "../../lifecycle/definition";
import { refuse } from "../../lifecycle/errors";
import { digest } from "../../util/identity";
import type { Operation } from "../../util/operation";
import { claimProblems, othersOf, ownersDrift } from "../shared/claim";
import { lockedHosts, packetFilter, withPartLocked } from "../shared/host-locks";
import { connectionSecretKeys } from "../shared/inputs";
import { keptHosts, removedHosts, together } from "../shared/many-hosts";
import {
  type FirewallHost,
  type FirewallInputs,
  type FirewallsSeen,
  firewallSchema,
  noted,
  observeFirewalls,
  unknownPeers,
} from "./observe";

export interface MigrationFirewallState extends Observed {
  firewalls: Record<string, string>;
  rules: Record<string, string[]>;
  untilReboot: Record<string, string>;
  /** Every host on which anything of ours is; also one that has left the inputs, until it is clean. */
  hosts: FirewallInputs["hosts"];
}

export const migrationFirewall: Definition<
  typeof firewallSchema,
  FirewallInputs,
  FirewallsSeen,
  MigrationFirewallState
> = {
  schema: firewallSchema,
  replaceOn: ["firewallId"],
  secrets: connectionSecretKeys,
  id: ({ firewallId = "" }) => firewallId,
  derived: { keys: ["firewallId"], from: (_, urn) => ({ firewallId: digest(urn) }) },
  model: (args) => args,
  observe,
  stateOf,
  reconcile,
  remove,
  exclusively: (operation, { hosts }, work) =>
    withPartLocked(operation, packetFilter, lockedHosts(hosts), () => work(operation)),
  inputsOf: (args, { hosts = args.hosts }) => ({ ...args, hosts }),
};

const idOf = ({ firewallId = "" }: FirewallInputs) => firewallId;

/** A host that has become a peer is none of those whose rules are ours. */
function observe({ signal }: Operation, args: FirewallInputs, known?: MigrationFirewallState): Promise<FirewallsSeen> {
  return observeFirewalls(args, removedHosts(known?.hosts, args), signal);
}

function differences({ name, facts, opening }: FirewallHost, id: string): string[] {
  const problems = firewallProblems(name, facts, opening);
  const things = thingDifferences(facts, wantedThings(facts, opening, id), id).map((what) => `${name}: ${what}`);
  return [...problems.map((problem) => problem.replace(/\.$/, "")), ...things];
}

function stateOf(
  args: FirewallInputs,
  seen: FirewallsSeen,
  known?: MigrationFirewallState,
): MigrationFirewallState | undefined {
  const id = idOf(args);
  const all = [...seen.hosts, ...seen.removed];
  if (!all.some(({ facts }) => isAnyOurs(facts, id))) return undefined;
  const left = seen.removed.filter(({ facts }) => isAnyOurs(facts, id));
  const drift = seen.hosts.flatMap((one) => differences(one, id));
  const byName = <T>(value: (one: FirewallHost) => T | undefined) =>
    Object.fromEntries(
      seen.hosts.flatMap((one) => [value(one)].flatMap((found) => (found === undefined ? [] : [[one.name, found]]))),
    );
  return {
    firewalls: byName(({ facts }) => facts.firewall),
    rules: byName(({ facts }) => [...facts.inForce, ...printedRules(facts.ruleset, commentOf(id))]),
    untilReboot: byName(({ facts }) => unkeptIn(facts.note)),
    hosts: { ...args.hosts, ...keptHosts(removedHosts(known?.hosts, args), left) },
    ...(drift.length > 0 && { drift }),
  };
}

async function reconcile(
  operation: Operation,
  args: FirewallInputs,
  seen: FirewallsSeen,
  known?: MigrationFirewallState,
): Promise<FirewallsSeen> {
  const { signal, owner, progress, warn } = operation;
  const id = idOf(args);
  refuse([
    ...seen.hosts.flatMap((one) => claimProblems(operation, noted(one))),
    ...unknownPeers(seen, args),
    ...seen.hosts.flatMap(({ name, facts, opening }) => firewallProblems(name, facts, opening)),
  ]);
  await refuseToLose([...seen.hosts.filter((one) => differences(one, id).length > 0), ...seen.removed], signal);
  await together(seen.removed, async ({ name, host, facts }) => {
    progress(`closing the ports of ${name}`);
    await closePorts(host, facts, id);
  });
  await together(seen.hosts, async (one) => {
    const { name, host, facts, opening } = one;
    if (differences(one, id).length === 0 && ownersDrift(operation, noted(one)).length === 0) return;
    progress(`opening the ports of ${name}`);
    const unkept = await openPorts(host, facts, wantedThings(facts, opening, id), { id, owner });
    if (unkept !== undefined)
      warn(
        `${name}: the ports are open until the next boot, or until somebody loads other rules (${unkept}). \`pulumi refresh\` shows when that has happened, and \`pulumi up\` opens them again.`,
      );
  });
  return observe(operation, args, known);
}

async function refuseToLose(changed: readonly FirewallHost[], signal: AbortSignal): Promise<void> {
  const problems = await together(
    changed.filter(({ facts }) => facts.firewall === "firewalld"),
    async ({ name, host }) =>
      (await hasUnsavedChanges(host, signal))
        ? [
            `${name}: firewalld has changes in force that are not permanent, and would lose them when it loads ours. Keep them by \`firewall-cmd --runtime-to-permanent\`, or drop them by \`firewall-cmd --reload\`.`,
          ]
        : [],
  );
  refuse(problems.flat());
}

async function remove(operation: Operation, args: FirewallInputs, known?: MigrationFirewallState): Promise<void> {
  const { signal, owner, info } = operation;
  const { hosts, removed } = await observe(operation, args, known);
  const all = [...hosts, ...removed].filter(({ facts }) => isAnyOurs(facts, idOf(args)));
  const own = all.filter((one) => othersOf(noted(one), owner).length === 0);
  await refuseToLose(own, signal);
  await together(all, async (one) => {
    const others = othersOf(noted(one), owner);
    if (others.length > 0) others.forEach(info);
    else await closePorts(one.host, one.facts, idOf(args));
  });
}
