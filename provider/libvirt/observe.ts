/** Facts of domains on one host: of all that are asked for at one moment, by one command. */
import { randomUUID } from "node:crypto";
import { Batches, type Question } from "../host/batches";
import { AnswerIncomplete, CommandFailed, CommandTimedOut, OutputTooLong } from "../host/errors";
import type { RemoteHost } from "../host/host";
import { runScript, scriptFile, sh } from "../host/script";
import { allQemusFunction } from "../placement/observe/has-qemu";
import type { HostAnswer } from "../placement/observe/observation";
import { actedOnAtMs } from "../placement/observe/own-acts";
import { uuidForm } from "../util/identity";
import { maximumAgeMs, SharedAnswers } from "../util/shared-answers";
import { unlessAborted } from "../util/signals";
import { answerAbout, type HostView, parseView, saysNothingOfJob } from "./host-view";

const script = sh`${allQemusFunction}${scriptFile(__dirname, "observe-domains.sh")}`;

/** @param uuids none for those of all domains */
async function viewOf(host: RemoteHost, uuids: readonly string[], signal?: AbortSignal): Promise<HostView> {
  // A description of a domain may hold any text that is known beforehand; newer virsh takes one with two hyphens for an option.
  const separator = `=${randomUUID()}=`;
  const { stdout, stderr } = await runScript(host, script, [separator, ...uuids], signal && { signal });
  return parseView(host.label, stdout.split(separator), stderr);
}

interface AskedDomain extends Question<HostAnswer> {
  uuid: string;
}

const batches = new Batches<AskedDomain>(askAll);

/**
 * Asks the host anew.
 *
 * @param uuid in its plain form; nothing else may stand in a line of virsh commands
 * @throws CommandFailed when libvirt there does not answer
 */
export async function observeDomain(host: RemoteHost, uuid: string, signal: AbortSignal): Promise<HostAnswer> {
  if (!uuidForm.test(uuid)) throw new RangeError(`${JSON.stringify(uuid)} is no UUID.`);
  const answer = new Promise<HostAnswer>((answered, failed) => batches.add(host, { uuid, signal, answered, failed }));
  return unlessAborted(answer, signal);
}

async function askAll(host: RemoteHost, questions: readonly AskedDomain[], signal?: AbortSignal): Promise<void> {
  const alone = (question: AskedDomain) => askAll(host, [question], question.signal);
  try {
    const view = await viewOf(host, [...new Set(questions.map(({ uuid }) => uuid))], signal);
    const unanswered = questions.filter(({ uuid }) => saysNothingOfJob(view, uuid));
    for (const question of questions) if (!unanswered.includes(question)) settle(question, view);
    await Promise.all(unanswered.map(alone));
  } catch (error) {
    if (questions.length > 1 && isOfCommand(error)) await Promise.all(questions.map(alone));
    else for (const { failed } of questions) failed(error as Error);
  }
}

function settle({ uuid, answered, failed }: AskedDomain, view: HostView): void {
  try {
    answered(answerAbout(view, uuid));
  } catch (error) {
    failed(error as Error);
  }
}

/** Undefined where no command can answer for all: the host has too many domains, or one of them keeps libvirt waiting. */
const views = new SharedAnswers<HostView | undefined>(maximumAgeMs.domains);

/**
 * For who only looks: what the host has just said of all its domains.
 *
 * @param newerThanMs by `performance.now()`: what the host was asked before will not do
 */
export async function lookAtDomain(
  host: RemoteHost,
  uuid: string,
  signal: AbortSignal,
  newerThanMs = 0,
): Promise<HostAnswer> {
  const ask = () =>
    viewOf(host, []).catch((error: unknown) => {
      if (isOfCommand(error)) return undefined;
      throw error;
    });
  const view = await unlessAborted(views.get(host.key, ask, Math.max(newerThanMs, actedOnAtMs(uuid))), signal);
  if (view === undefined || saysNothingOfJob(view, uuid)) return observeDomain(host, uuid, signal);
  return { ...answerAbout(view, uuid), answeredAtMs: view.answeredAtMs };
}

/** What one domain does may keep the host from answering for others. */
const isOfCommand = (error: unknown): boolean =>
  error instanceof CommandFailed ||
  error instanceof CommandTimedOut ||
  error instanceof OutputTooLong ||
  error instanceof AnswerIncomplete;
