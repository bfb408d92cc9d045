/**
 * Readable hosts with what is known by a resource's name: rules of a MigrationFirewall in nftables, lines and keys of a
 * LibvirtSshAccess. Two hosts have both, a third one is let in by the firewalls of the first two.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { commentOf } from "../../provider/firewall/nft-rules";
import { notePath, noteText } from "../../provider/firewall/note";
import {
  accessMarkOf,
  authorizedLines,
  knownLines,
  ownedComment,
  withLines,
} from "../../provider/libvirt/ssh-access/lines";
import { sshPaths } from "../../provider/libvirt/ssh-access/places";
import { digest } from "../../provider/util/identity";
import type { Owner } from "../../provider/util/owner";
import { type Made, madeHost, reachable } from "./readable-fleet";
import { makeKey } from "./scripted-host";

const addresses = { "hv-a": "10.77.0.11", "hv-b": "10.77.0.12", "hv-c": "10.77.0.13" };
type Name = keyof typeof addresses;
const names = Object.keys(addresses) as Name[];
const withBoth = ["hv-a", "hv-b"] as const;

const ahosts = names.map((name) => `${name}) echo ${addresses[name]} STREAM ;;`).join(" ");
const getent = `#!/bin/sh
case $2 in ${ahosts} *) exit 2 ;; esac
`;
const ip = `#!/bin/sh
echo "$4 dev eth0 src $(cat "$HERE/address")"
`;
const nft = `#!/bin/sh
[ "$*" = "-j -t list ruleset" ] && cat "$HERE/ruleset.json" || echo "changed by: nft $*" >> "$HERE/changes"
`;

const right = (all: readonly unknown[]) => (all.length === 1 ? all[0] : { set: all });
const match = (protocol: string, field: string, values: readonly unknown[]) => ({
  match: { op: "==", left: { payload: { protocol, field } }, right: right(values) },
});

/** A chain that drops, with our rule when there are peers. @param ports as nft prints them */
function ruleset(peers: readonly Name[], ports: readonly unknown[], comment: string): string {
  const place = { family: "inet", table: "guard" };
  const from = peers.map((name) => addresses[name]).sort();
  const expr = [match("ip", "saddr", from), match("tcp", "dport", ports), { accept: null }];
  return JSON.stringify({
    nftables: [
      { chain: { ...place, name: "incoming", hook: "input", policy: "drop" } },
      ...(peers.length > 0 ? [{ rule: { ...place, chain: "incoming", handle: 7, comment, expr } }] : []),
    ],
  });
}

const defaultPorts = [16_514, { range: [49_152, 49_215] }];

/** @param firewall, access owners that are noted. @param ports that are open, as nft prints them */
export async function namedFleet(
  { firewall, access }: { firewall: Owner; access: Owner },
  ports: readonly unknown[] = defaultPorts,
): Promise<Record<Name, Made>> {
  const id = digest(firewall.urn);
  const made = async (name: Name): Promise<Made> => {
    const peers = name === "hv-c" ? [] : names.filter((other) => other !== name);
    const files = {
      address: addresses[name],
      "ruleset.json": ruleset(peers, ports, commentOf(id)),
      "domains/.keep": "",
    };
    const note = { [`root${notePath(id)}`]: noteText({ createdDirectories: [], owner: firewall }, undefined) };
    return madeHost({ ...files, ...(peers.length > 0 && note) }, { getent, ip, nft });
  };
  const hosts = { "hv-a": await made("hv-a"), "hv-b": await made("hv-b"), "hv-c": await made("hv-c") };
  letIn(hosts, access);
  reachable(hosts);
  return hosts;
}

/** Each of the two by the other, as root. */
function letIn(hosts: Record<Name, Made>, owner: Owner): void {
  const mark = accessMarkOf(digest(owner.urn));
  const comment = ownedComment(mark, owner);
  const keys = { "hv-a": makeKey(comment), "hv-b": makeKey(comment) };
  for (const name of withBoth) {
    const other = name === "hv-a" ? "hv-b" : "hv-a";
    const [type = "", base64 = ""] = keys[other].public.split(" ");
    const hostKeys = [hosts[other].scripted.publicKey.split(" ").slice(0, 2).join(" ")];
    const peer = { address: other, publicKey: `${type} ${base64}`, hostKeys };
    put(hosts[name], sshPaths.key, keys[name].private, 0o600);
    put(hosts[name], sshPaths.knownHosts, withLines("", mark, knownLines([peer], mark), owner));
    put(hosts[name], sshPaths.authorizedKeys, withLines("# By hand.\n", mark, authorizedLines([peer], mark), owner));
    put(hosts[name], "/etc/ssh/ssh_host_ed25519_key.pub", `${hosts[name].scripted.publicKey}\n`);
  }
  put(hosts["hv-c"], "/etc/ssh/ssh_host_ed25519_key.pub", `${hosts["hv-c"].scripted.publicKey}\n`);
}

function put({ folder }: Made, path: string, text: string, mode = 0o644): void {
  const file = join(folder, `root${path}`);
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
  writeFileSync(file, text, { mode });
}

/** Changes a file of a host as by hand. */
export function edit({ folder }: Made, path: string, change: (text: string) => string): void {
  const file = join(folder, path);
  writeFileSync(file, change(readFileSync(file, "utf8")));
}
