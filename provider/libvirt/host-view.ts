/** Pure: what a host's libvirt says of several domains at once. */
import { AnswerIncomplete } from "../host/errors";
import { ChangedWhileReading, type DomainFacts, type HostAnswer } from "../placement/observe/observation";
import { digest, uuidForm } from "../util/identity";
import { markOf, withoutOwner } from "./definition/domain-xml";
import { shownDigest } from "./definition/shown";
import { parseXml } from "./definition/xml";
import { isIncomingJob } from "./errors";
import { parseJob } from "./migration/job";

export interface HostView {
  /** What virsh said to each question about a domain, by its UUID. */
  said: ReadonlyMap<string, readonly string[]>;
  /** UUIDs of all domains there, by name. */
  names: ReadonlyMap<string, string>;
  /** UUIDs of all domains there. */
  listed: ReadonlyMap<string, string>;
  /** UUIDs of all QEMUs that run there. */
  qemus: ReadonlySet<string>;
  stderr: string;
  /** By `performance.now()`. */
  answeredAtMs: number;
}

/** Of `domstate`, `dominfo`, `domjobinfo`, `dumpxml`, `snapshot-list`, `checkpoint-list`, `domjobinfo --completed`. */
const questionsEach = 7;

/** @param parts of what observe-domains.sh printed. @throws AnswerIncomplete */
export function parseView(host: string, parts: readonly string[], stderr: string): HostView {
  const uuids = linesIn(parts[0] ?? "");
  if (parts.length !== uuids.length * questionsEach + 3) throw new AnswerIncomplete(host);
  const [list = "", qemus = ""] = parts.slice(-2);
  const rows = list.split("\n").flatMap((line) => {
    const [id = "", name = ""] = [line.slice(0, 36), line.slice(36).trim()];
    return uuidForm.test(id) && name !== "" ? [[name, id] as const] : [];
  });
  return {
    said: new Map(
      uuids.map((uuid, index) => [uuid, parts.slice(1 + index * questionsEach, 1 + (index + 1) * questionsEach)]),
    ),
    names: new Map(rows),
    listed: new Map(rows.map(([name, id]) => [id, name])),
    qemus: new Set(linesIn(qemus).filter((line) => uuidForm.test(line))),
    stderr,
    answeredAtMs: performance.now(),
  };
}

/** @throws ChangedWhileReading */
export function answerAbout({ said, names, listed, qemus, stderr }: HostView, uuid: string): HostAnswer {
  const hasQemu = qemus.has(uuid);
  const [state = "", info = "", job = "", xml = "", snapshots = "", checkpoints = "", completed = ""] =
    said.get(uuid) ?? [];
  const name = listed.get(uuid);
  const [, word, reason = ""] = stateIn(state);
  if (name === undefined && word === undefined) return { names, hasQemu };
  if (name === undefined || word === undefined || !xml.trim()) throw new ChangedWhileReading(uuid);
  const definition = parseXml(xml);
  const mark = markOf(definition);
  const domain: DomainFacts = {
    name,
    state: word,
    reason,
    persistent: /^Persistent: +yes$/m.test(info),
    autostart: /^Autostart: +enable$/m.test(info),
    ...(linesIn(snapshots).length > 0 && { snapshots: linesIn(snapshots).length }),
    ...(linesIn(checkpoints).length > 0 && { checkpoints: linesIn(checkpoints).length }),
    managedSave: /^Managed save: +yes$/m.test(info),
    job:
      job.trim() === "" && (said.size === 1 || word !== "shut off") && isIncomingJob(stderr)
        ? "incoming"
        : jobKind(job),
    definitionDigest: digest(withoutOwner(xml.trim())),
    ...(mark ? { mark: mark.definition } : { shownDigest: shownDigest(definition) }),
    ...(mark?.owner && { owner: mark.owner }),
  };
  const lastJob = parseJob(completed);
  return { domain, names, hasQemu, ...(lastJob.operation === "incoming" && { arrivedBy: lastJob }) };
}

/**
 * True when there is no word about the job of a guest that is on, among others: why is somewhere in the errors, which do
 * not tell of whom they are.
 */
export function saysNothingOfJob({ said }: HostView, uuid: string): boolean {
  const [state = "", , job = ""] = said.get(uuid) ?? [];
  const [, word = "shut off"] = stateIn(state);
  return said.size > 1 && word !== "shut off" && job.trim() === "";
}

/** Of `virsh domstate --reason`: a few words. */
const longestState = 200;

const stateIn = (said: string) => /^(.+?) \((.+)\)$/m.exec(said.trim().slice(0, longestState)) ?? [];

const linesIn = (text: string): string[] => text.split("\n").flatMap((line) => line.trim() || []);

function jobKind(rawStats: string): DomainFacts["job"] {
  const { active, operation } = parseJob(rawStats);
  if (!active) return "none";
  return operation === "outgoing" ? "outgoing" : "other";
}
