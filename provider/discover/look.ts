/** Reads a host. Nothing is changed on it. */
import { randomUUID } from "node:crypto";
import { AnswerIncomplete } from "../host/errors";
import type { RemoteHost } from "../host/host";
import { askRecords, firstOf, type HostRecord, recordFunctions, valuesOf } from "../host/records";
import { scriptFile, sh } from "../host/script";
import { guestsOn } from "../libvirt/guests-on";
import { observeFacts } from "../libvirt/host-facts";
import { parseExports } from "../nfs/exports";
import { parseMountInfo } from "../nfs/mountinfo";
import { allPaths, baselinePath } from "../pki/layout";
import { observePki } from "../pki/observe";
import type { GivenHost, SeenDomain, SeenHost } from "./seen";

const lookScript = sh`${recordFunctions}${scriptFile(__dirname, "look.sh")}`;
const domainsScript = sh`${recordFunctions}${scriptFile(__dirname, "domains.sh")}`;

/** @throws HostError; an Error when guests come and go */
export async function lookAt(given: GivenHost, host: RemoteHost, signal: AbortSignal): Promise<SeenHost> {
  const [facts, records] = await Promise.all([
    observeFacts(host, signal),
    askRecords(host, lookScript, [...allPaths, baselinePath], { signal }),
  ]);
  const hasLibvirt = facts.libvirtDaemon !== "";
  const hasPki = valuesOf(records, "pki").length > 0;
  const canReadPki = valuesOf(records, "certtool").length > 0;
  const [domains, guests] = hasLibvirt
    ? await Promise.all([domainsOn(host, signal), guestsOn(host, signal)])
    : [[], { processes: [] }];
  return {
    ...given,
    facts,
    ...(hasPki && { pki: canReadPki ? await observePki(host, signal) : "unreadable" }),
    domains,
    qemus: guests.processes.map(({ what }) => what),
    bootId: firstOf(records, "boot"),
    mounts: parseMountInfo(firstOf(records, "mounts")),
    fstab: firstOf(records, "fstab"),
    mountUnits: filesIn(records, "unit", "unitText"),
    exportFiles: filesIn(records, "file", "text"),
    exported: parseExports(firstOf(records, "table")),
  };
}

function filesIn(records: readonly HostRecord[], key: string, textKey: string): { path: string; text: string }[] {
  const texts = valuesOf(records, textKey).flat();
  return valuesOf(records, key).map(([path = ""], index) => ({ path, text: texts[index] ?? "" }));
}

/** A description of a domain may hold any text that is known beforehand. */
async function domainsOn(host: RemoteHost, signal: AbortSignal): Promise<SeenDomain[]> {
  const separator = `=${randomUUID()}=`;
  const records = await askRecords(host, domainsScript, [separator], { signal });
  const uuids = firstOf(records, "uuids")
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  const partsOf = (key: string) => valuesOf(records, key).flatMap(([said = ""]) => said.split(separator).slice(0, -1));
  const [said, passwords] = [partsOf("said"), partsOf("passwords")];
  if (said.length !== 2 * uuids.length || passwords.length !== uuids.length) throw new AnswerIncomplete(host.label);
  return uuids.map((uuid, index) => domainIn(uuid, said[2 * index], said[2 * index + 1], passwords[index]));
}

/** Pure. */
function domainIn(uuid: string, info = "", xml = "", graphics = ""): SeenDomain {
  const value = (key: string) => new RegExp(`^${key}: +(.+)$`, "m").exec(info)?.[1]?.trim() ?? "";
  return {
    uuid,
    state: value("State"),
    persistent: value("Persistent") === "yes",
    autostart: value("Autostart") === "enable",
    xml: xml.trim(),
    hasPassword: graphics
      .trim()
      .split("\n")
      .map((word) => word === "password"),
  };
}
