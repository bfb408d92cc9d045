/**
 * Tries whether the source reaches the ports of the destination that a migration's stream goes to. Only something that
 * listens there tells: a firewall that rejects looks like a port that nothing listens on.
 */
import { type Filter, type Firewall, openingCommands } from "../../firewall/commands";
import { inspectScript, inspectValues, parseFirewallFacts } from "../../firewall/inspect";
import { printPorts } from "../../firewall/opening";
import { CommandFailed, ConversationEnded, NoAnswer } from "../../host/errors";
import { askRecords, recordFunctions, valuesOf } from "../../host/records";
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
/**
 * The listener ends with its first connection, and may do so before the source's connect has returned. A firewall's reset
 * comes before there is a connection, and is refused.
 */
const resetAfterwards = "Connection reset by peer";
const packetFilter = sh`${recordFunctions}${inspectScript}`;

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
    const answer = await listener.ask("listen", answerMs);
    const port = /^port (\d+)$/.exec(answer)?.[1];
    if (port === undefined) return [notTried(from, to, ports, oneLine(answer.replace(/^failed /, ""), 300))];
    const here = await askRecords(from.host, connect, [ports.address, port], { signal });
    const [code = "", said = ""] = valuesOf(here, "connected")[0] ?? [];
    if (code === "127") return [notTried(from, to, ports, `${from.name} has no bash to connect with`)];
    if (code === "0" || said.includes(resetAfterwards)) return [];
    return [closed(from, to, ports, port, code, said, await packetFilterOf(to, signal))];
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
    seen: `It is not known whether ${from.name} reaches the ports ${printPorts(ports)} of ${to.name} (${ports.address}): ${why}.`,
    fix: `See that no firewall closes them to ${from.name}.`,
  };
}

/** For advice only: where it cannot be told, the advice is a general one. */
async function packetFilterOf({ host }: Candidate, signal: AbortSignal): Promise<Filter> {
  try {
    return parseFirewallFacts(await askRecords(host, packetFilter, inspectValues("none"), { signal }));
  } catch (error) {
    if (!(error instanceof CommandFailed || error instanceof SyntaxError)) throw error;
    return { firewall: "none", ruleset: { chains: [], rules: [] }, refusesByIptables: false };
  }
}

const timedOut = "124"; // timeout(1)
/** What a MigrationFirewall can open. */
const opened: readonly Firewall[] = ["firewalld", "nftables"];

function closed(
  from: Candidate,
  to: Candidate,
  ports: StreamPorts,
  port: string,
  code: string,
  said: string,
  filter: Filter,
): Finding {
  const peer = from.migrationAddress ?? from.address;
  const commands = openingCommands(filter, { peers: [peer], ports: [ports] });
  const resource =
    opened.includes(filter.firewall) && !filter.refusesByIptables ? ", or by a MigrationFirewall with both hosts" : "";
  const reason = /: ([A-Z][^:]+)$/m.exec(said)?.[1] ?? said;
  const answer = code === timedOut ? `no answer in ${connectSeconds} s` : oneLine(reason, 200) || "not connected";
  return {
    code: "migration-ports-closed",
    hostName: to.name,
    subject: ports.setting,
    seen: `${from.name} does not reach port ${port} of ${to.name} (${ports.address}): ${answer}, while something listened there for a try. QEMU's stream takes a port of ${printPorts(ports)} (${ports.setting}).`,
    fix: `Open them on ${to.name} for ${from.name} only: \`${commands}\`${resource}; and on whatever filters between the two.`,
  };
}
