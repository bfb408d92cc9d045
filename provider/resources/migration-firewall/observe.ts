/** Provider side of `MigrationFirewall`: its inputs, and what is looked at on each host before anything is decided. */
import { z } from "zod";
import { type FirewallFacts, inspectScript, inspectValues, parseFirewallFacts } from "../../firewall/inspect";
import { mergedPorts, type Opening } from "../../firewall/opening";
import { type NetworkHost, parseKnownNames, sourcesOf, sourcesScript } from "../../firewall/sources";
import { readMark } from "../../host/file-mark";
import type { RemoteHost } from "../../host/host";
import { askRecords, firstOf, recordFunctions } from "../../host/records";
import { sh } from "../../host/script";
import { activeSettings } from "../../libvirt/daemon/conf-file";
import { portsOfMove } from "../../libvirt/migration/ports";
import type { Candidate } from "../../placement/observe/candidate";
import { defaultMigration, migration } from "../domain-placement/migration-inputs";
import { type Candidates, candidates } from "../guest-placement/inputs";
import type { Noted } from "../shared/claim";
import { hasDistinctAddresses, whole } from "../shared/inputs";
import { together } from "../shared/many-hosts";
import { candidatesOf } from "../shared/ssh-host";

const port = whole("ports", 1, 65_535);

export const firewallSchema = z
  .strictObject({
    hosts: candidates.refine((hosts) => Object.keys(hosts).length > 0, "must have a Host"),
    peers: candidates.default({}),
    migrations: z.array(migration, "must be a list of ways to move").default([defaultMigration]),
    ports: z
      .array(
        z
          .strictObject({ min: port, max: port })
          .refine(({ min, max }) => min <= max, "must begin below its end: min is above max"),
        "must be a list of ranges, each { min, max }",
      )
      .default([]),
    // Derived: what its rules are known by.
    firewallId: z.string().optional(),
  })
  .superRefine(({ hosts, peers, migrations, ports }, { addIssue }) => {
    const issue = (path: string, message: string) => addIssue({ code: "custom", path: [path], message });
    const both = Object.keys(hosts).filter((name) => name in peers);
    if (Object.keys({ ...hosts, ...peers }).length < 2)
      issue("hosts", "must have a second Host, here or in peers: nobody else is let in");
    if (both.length > 0) issue("peers", `must not have ${both.join(", ")}, which hosts has: leave it out`);
    else if (!hasDistinctAddresses({ ...hosts, ...peers }))
      issue("hosts", "must not name an address twice, nor one of peers");
    if (migrations.length + ports.length === 0)
      issue("migrations", "must not be empty unless ports has a range: no port would be open");
  });

export type FirewallInputs = z.infer<typeof firewallSchema>;

/** One machine as it is found. */
export interface FirewallHost extends NetworkHost {
  host: RemoteHost;
  facts: FirewallFacts;
  /** What it has to let in. */
  opening: Opening;
}

export interface FirewallsSeen {
  hosts: FirewallHost[];
  /** Hosts of the last state that the inputs no longer have. */
  removed: FirewallHost[];
}

const script = sh`${recordFunctions}${inspectScript}${sourcesScript}record qemuConf "$(cat /etc/libvirt/qemu.conf 2> /dev/null || true)"`;

const reachedBy = ({ address, migrationAddress = address }: Candidate) => [...new Set([address, migrationAddress])];

export async function observeFirewalls(
  args: FirewallInputs,
  removedInputs: Candidates,
  signal: AbortSignal,
): Promise<FirewallsSeen> {
  const all = candidatesOf({ ...args.hosts, ...args.peers });
  const look = async (one: Candidate) => {
    const names = all.filter((other) => other.name !== one.name).flatMap(reachedBy);
    const values = [...inspectValues(args.firewallId ?? ""), names.join(" ")];
    const records = await askRecords(one.host, script, values, { signal });
    const qemuConf = activeSettings(firstOf(records, "qemuConf"));
    const known = parseKnownNames(records);
    return {
      candidate: one,
      name: one.name,
      host: one.host,
      reachedBy: reachedBy(one),
      known,
      qemuConf,
      facts: parseFirewallFacts(records),
    };
  };
  const [seen, gone] = await Promise.all([together(all, look), together(candidatesOf(removedInputs), look)]);
  const hosts = seen
    .filter(({ name }) => name in args.hosts)
    .map(({ candidate, qemuConf, ...one }) => {
      const peers = seen.filter(({ name }) => name !== one.name).flatMap((peer) => sourcesOf(peer, one));
      const needed = args.migrations.flatMap((way) => portsOfMove(candidate, way, qemuConf));
      const more = args.ports.map(({ min: lowest, max: highest }) => ({ lowest, highest }));
      const ports = mergedPorts([...needed, ...more].map(({ lowest, highest }) => ({ lowest, highest })));
      return { ...one, opening: { peers: [...new Set(peers)].sort(), ports } };
    });
  const removed = gone.map((one) => ({ ...one, opening: { peers: [], ports: [] } }));
  return { hosts, removed };
}

/** Peers of which a host knows no address. */
export const unknownPeers = ({ hosts }: FirewallsSeen, args: FirewallInputs): string[] =>
  hosts.flatMap((one) =>
    candidatesOf({ ...args.hosts, ...args.peers })
      .filter(({ name }) => name !== one.name)
      .filter((peer) => reachedBy(peer).every((name) => one.known.addresses.get(name)?.length === 0))
      .map(
        (peer) =>
          `${one.name} finds no address for ${peer.address} (${peer.name}). Set the address of ${peer.name} to an IP address, or mend /etc/hosts or DNS on ${one.name}.`,
      ),
  );

export function noted({ name, facts }: FirewallHost): Noted[] {
  const mark = readMark(facts.note);
  return mark ? [{ what: `the opening of ports on ${name}`, owner: mark.owner }] : [];
}
