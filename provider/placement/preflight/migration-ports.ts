/**
 * Tries whether the source reaches the ports of the destination that a migration's stream goes to. Only something that
 * listens there tells: a firewall that rejects looks like a port that nothing listens on.
 */
import { ConversationEnded, NoAnswer } from "../../host/errors";
import { askRecords, firstOf, type HostRecord, recordFunctions, valuesOf } from "../../host/records";
import { scriptFile, sh } from "../../host/script";
import { bracketed } from "../../util/address";
import { oneLine } from "../../util/printable";
import { maximumAgeMs, SharedAnswers } from "../../util/shared-answers";
import type { Candidate } from "../observe/candidate";
import type { Finding } from "./finding";

export interface StreamPorts {
  /** Where the source connects to. */
  address: string;
  lowest: number;
  highest: number;
  /** Where QEMU listens; empty for all addresses. */
  listenAddress: string;
  /** The setting that says so, for messages. */
  setting: string;
}

const listen = scriptFile(__dirname, "listen-briefly.sh");
const answerMs = 30_000;
const connectSeconds = 5;
/** bash connects by itself, so that nothing has to be installed. */
const connect = sh`${recordFunctions}# shellcheck disable=SC2016
  said=$(timeout ${connectSeconds} bash -c ': < "/dev/tcp/$0/$1"' "$1" "$2" 2>&1) && code=0 || code=$?
  record connected "$code" "$said"`;
const packetFilter = sh`${recordFunctions}${scriptFile(__dirname, "packet-filter.sh")}`;

const tried = new SharedAnswers<Finding[]>(maximumAgeMs.machine);

/** What was tried between two hosts for one guest some seconds ago is good enough for the next. */
export const portFindings = (
  from: Candidate,
  to: Candidate,
  ports: StreamPorts,
  signal: AbortSignal,
): Promise<Finding[]> =>
  tried.get(JSON.stringify([from.address, from.port, to.address, to.port, ports]), () =>
    tryPorts(from, to, ports, signal),
  );

async function tryPorts(from: Candidate, to: Candidate, ports: StreamPorts, signal: AbortSignal): Promise<Finding[]> {
  const range = [bracketed(ports.listenAddress), String(ports.lowest), String(ports.highest)];
  // It listens for as long as the two talk: other commands may keep the source from answering at once.
  const listener = await to.host.converse(["sh", "-c", listen, "sh", ...range], "the listener for a try", signal);
  try {
    const said = await listener.ask("listen", answerMs);
    const port = /^port (\d+)$/.exec(said)?.[1];
    if (port === undefined) return [notTried(from, to, ports, oneLine(said.replace(/^failed /, ""), 300))];
    const here = await askRecords(from.host, connect, [ports.address, port], { signal });
    const [code = "", reason = ""] = valuesOf(here, "connected")[0] ?? [];
    if (code === "127") return [notTried(from, to, ports, `${from.name} has no bash to connect with`)];
    if (code === "0") return [];
    const there = await askRecords(to.host, packetFilter, [], { signal });
    return [closed(from, to, ports, port, code, reason, there)];
  } catch (error) {
    if (!(error instanceof ConversationEnded || error instanceof NoAnswer)) throw error;
    return [notTried(from, to, ports, oneLine(error.message, 300).replace(/\.$/, ""))];
  } finally {
    await listener.close();
  }
}

function notTried(from: Candidate, to: Candidate, ports: StreamPorts, why: string): Finding {
  return {
    code: "migration-ports-untried",
    hostName: to.name,
    subject: ports.setting,
    seen: `It is not known whether ${from.name} reaches the ports ${rangeOf(ports, "-")} of ${to.name} (${ports.address}): ${why}.`,
    fix: `See that no firewall closes them to ${from.name}.`,
  };
}

const timedOut = "124"; // timeout(1)

function closed(
  from: Candidate,
  to: Candidate,
  ports: StreamPorts,
  port: string,
  code: string,
  said: string,
  there: readonly HostRecord[],
): Finding {
  const peer = from.migrationAddress ?? from.address;
  const command = openingCommand(peer, ports, firstOf(there, "firewall"), firstOf(there, "chains"));
  const reason = /: ([A-Z][^:]+)$/m.exec(said)?.[1] ?? said;
  const answer = code === timedOut ? `no answer in ${connectSeconds} s` : oneLine(reason, 200) || "not connected";
  return {
    code: "migration-ports-closed",
    hostName: to.name,
    subject: ports.setting,
    seen: `${from.name} does not reach port ${port} of ${to.name} (${ports.address}): ${answer}, while something listened there for a try. QEMU's stream takes a port of ${rangeOf(ports, "-")} (${ports.setting}).`,
    fix: `Open them on ${to.name} for ${from.name} only: \`${command}\`; and on whatever filters between the two.`,
  };
}

/** Pure: the command that lets a peer in. @param chains as `nft list chains` prints them */
export function openingCommand(
  peer: string,
  ports: { lowest: number; highest: number },
  firewall: string,
  chains: string,
) {
  const family = peer.includes(":") ? "ip6" : "ip";
  const [dashed, colons] = ["-", ":"].map((between) => rangeOf(ports, between));
  switch (firewall) {
    case "firewalld":
      return `firewall-cmd --permanent --add-rich-rule='rule family=${family === "ip" ? "ipv4" : "ipv6"} source address=${peer} port port=${dashed} protocol=tcp accept' && firewall-cmd --reload`;
    case "ufw":
      return `ufw allow proto tcp from ${peer} to any port ${colons}`;
    case "iptables":
    case "iptables-legacy":
      return `${firewall.replace("ip", family)} -I INPUT -p tcp -s ${peer} --dport ${colons} -j ACCEPT`;
    default:
      return `nft insert rule ${inputChain(chains) ?? "inet filter input"} ${family} saddr ${peer} tcp dport ${dashed} accept`;
  }
}

const rangeOf = ({ lowest, highest }: { lowest: number; highest: number }, between: string) =>
  lowest === highest ? String(lowest) : `${lowest}${between}${highest}`;

/** Pure: the first chain that sees what comes in, as `nft list chains` prints them. */
function inputChain(chains: string): string | undefined {
  let table = "";
  let chain = "";
  for (const line of chains.split("\n")) {
    table = /^table (\S+ \S+) \{/.exec(line)?.[1] ?? table;
    chain = /^\s+chain (\S+) \{/.exec(line)?.[1] ?? chain;
    if (/hook input/.test(line)) return `${table} ${chain}`;
  }
  return undefined;
}
