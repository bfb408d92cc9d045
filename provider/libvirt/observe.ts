/** Facts of one domain on one host, by one command. */
import { randomUUID } from "node:crypto";
import type { RemoteHost } from "../host/host";
import { runScript, sh } from "../host/script";
import { qemuFunction } from "../placement/observe/has-qemu";
import { ChangedWhileReading, type DomainFacts, type HostAnswer } from "../placement/observe/observation";
import { digest } from "../util/identity";
import { markOf, withoutOwner } from "./definition/domain-xml";
import { parseXml } from "./definition/xml";
import { isIncomingJob } from "./errors";
import { parseJob } from "./migration/job";

const script = sh`${qemuFunction}virsh --connect qemu:///system "$1"
  echo "$2"
  qemus_of "$3"`;

/**
 * @param uuid in its plain form; nothing else may stand in a line of virsh commands
 * @throws CommandFailed when libvirt there does not answer
 */
export async function observeDomain(host: RemoteHost, uuid: string, signal: AbortSignal): Promise<HostAnswer> {
  if (!/^[0-9a-f-]{36}$/.test(uuid)) throw new RangeError(`${JSON.stringify(uuid)} is no UUID.`);
  const asked = [
    `domstate ${uuid} --reason`,
    `dominfo ${uuid}`,
    `domjobinfo ${uuid} --rawstats`,
    `dumpxml ${uuid} --inactive`,
    `snapshot-list ${uuid} --name`,
    `checkpoint-list ${uuid} --name`,
  ];
  // A description of a domain may hold any text that is known beforehand; newer virsh takes one with two hyphens for an option.
  const separator = `=${randomUUID()}=`;
  // virsh goes on after a command that fails, and its exit code is the last one's: whether libvirt answered at all.
  const commands = [...asked, "list --all --uuid --name"].join(`; echo "${separator}"; `);
  const { stdout, stderr } = await runScript(host, script, [commands, separator, uuid], { signal });
  return parseAnswer(uuid, stdout.split(separator), stderr);
}

/** Pure. @param parts of what virsh printed, one for each command, and the QEMUs */
export function parseAnswer(uuid: string, parts: readonly string[], stderr: string): HostAnswer {
  if (parts.length !== 8) throw new Error(`virsh's answer about the domain ${uuid} is not complete.`);
  const [state = "", info = "", job = "", xml = "", snapshots = "", checkpoints = "", list = "", qemus = ""] = parts;
  const hasQemu = qemus.trim() !== "";
  const rows = list.split("\n").flatMap((line) => {
    const [id = "", name = ""] = [line.slice(0, 36), line.slice(36).trim()];
    return /^[0-9a-f-]{36}$/.test(id) && name !== "" ? [[name, id] as const] : [];
  });
  const names = new Map(rows);
  const [listed] = rows.find(([, id]) => id === uuid) ?? [];
  const [, word, reason = ""] = /^(.+?) \((.+)\)$/m.exec(state.trim().slice(0, longestState)) ?? [];
  if (listed === undefined && word === undefined) return { names, hasQemu };
  if (listed === undefined || word === undefined || !xml.trim()) throw new ChangedWhileReading(uuid);
  const definition = parseXml(xml);
  const mark = markOf(definition);
  const domain: DomainFacts = {
    name: listed,
    state: word,
    reason,
    persistent: /^Persistent: +yes$/m.test(info),
    autostart: /^Autostart: +enable$/m.test(info),
    ...(linesIn(snapshots) > 0 && { snapshots: linesIn(snapshots) }),
    ...(linesIn(checkpoints) > 0 && { checkpoints: linesIn(checkpoints) }),
    managedSave: /^Managed save: +yes$/m.test(info),
    job: isIncomingJob(stderr) ? "incoming" : jobKind(job),
    definitionDigest: digest(withoutOwner(xml.trim())),
    ...(mark && { mark: mark.definition }),
    ...(mark?.owner && { owner: mark.owner }),
  };
  return { domain, names, hasQemu };
}

/** Of `virsh domstate --reason`: a few words. */
const longestState = 200;

const linesIn = (text: string): number => text.split("\n").filter((line) => line.trim() !== "").length;

function jobKind(rawStats: string): DomainFacts["job"] {
  const { active, operation } = parseJob(rawStats);
  if (!active) return "none";
  return operation === "outgoing" ? "outgoing" : "other";
}
