/** Provider side of `LibvirtSshAccess`. */
import { type FailedLogin, logins } from "../../libvirt/connectivity/ssh";
import { isTransientLogin, loginHints } from "../../libvirt/connectivity/ssh-errors";
import { editFile, makeKey, removeFolder, removeKey } from "../../libvirt/ssh-access/change";
import { inspectSsh } from "../../libvirt/ssh-access/inspect";
import {
  hasOthersLines,
  isOwnKey,
  ownedComment,
  ownersOfLines,
  withLines,
  withoutLines,
} from "../../libvirt/ssh-access/lines";
import { sharedFiles } from "../../libvirt/ssh-access/places";
import { fingerprintOfText } from "../../libvirt/ssh-access/public-key";
import type { Definition, Observed } from "../../lifecycle/definition";
import { refuse } from "../../lifecycle/errors";
import { digest } from "../../util/identity";
import type { Operation } from "../../util/operation";
import { isSameOwner } from "../../util/owner";
import { othersOf } from "../shared/claim";
import { lockedHosts, sshAccess, withPartLocked } from "../shared/host-locks";
import { connectionSecretKeys } from "../shared/inputs";
import { keptHosts, removedHosts, together, verified } from "../shared/many-hosts";
import {
  fileDifferences,
  hasOwnAccess,
  markIn,
  noted,
  observeSshHosts,
  type SshAccessFacts,
  type SshAccessInputs,
  type SshHostFacts,
  sshAccessProblems,
  sshAccessSchema,
  sshDifferences,
  wantedLines,
} from "./observe";

export interface SshAccessState extends Observed {
  /** Fingerprint of root's key on each host. */
  keys: Record<string, string>;
  /** Every host on which anything of ours is; also one that has left the inputs, until it is clean. */
  hosts: SshAccessInputs["hosts"];
}

/** The hosts' files, and which logins do not work; none is tried where nothing of ours is. */
interface SeenAccess {
  facts: SshAccessFacts;
  failures: { name: string; failed: FailedLogin[] }[];
}

export const libvirtSshAccess: Definition<typeof sshAccessSchema, SshAccessInputs, SeenAccess, SshAccessState> = {
  schema: sshAccessSchema,
  replaceOn: ["accessId"],
  secrets: connectionSecretKeys,
  id: ({ accessId = "" }) => accessId,
  derived: {
    keys: ["accessId"],
    from: (_, urn) => ({ accessId: digest(urn) }),
  },
  model: (args) => args,
  observe,
  stateOf,
  reconcile,
  remove,
  exclusively: (operation, { hosts }, work) =>
    withPartLocked(operation, sshAccess, lockedHosts(hosts), () => work(operation)),
  inputsOf: (args, { hosts = args.hosts }) => ({ ...args, hosts }),
};

const isAnyOurs = ({ hosts, removed }: SshAccessFacts, args: SshAccessInputs) =>
  [...hosts, ...removed].some((one) => hasOwnAccess(one, markIn(args)));

async function observe({ signal }: Operation, args: SshAccessInputs, known?: SshAccessState): Promise<SeenAccess> {
  const seen = await observeSshHosts(args, removedHosts(known?.hosts, args), signal);
  return { facts: seen, failures: isAnyOurs(seen, args) ? await allLogins(seen, signal) : [] };
}

function stateOf(
  args: SshAccessInputs,
  { facts: seen, failures }: SeenAccess,
  known?: SshAccessState,
): SshAccessState | undefined {
  if (!isAnyOurs(seen, args)) return undefined;
  const mark = markIn(args);
  const removed = removedHosts(known?.hosts, args);
  const logins = failures.flatMap(({ name, failed }) => failed.map((one) => loginLine(name, one)));
  const drift = [...sshDifferences(seen, mark), ...logins];
  const left = seen.removed.filter((one) => hasOwnAccess(one, mark));
  const keys = seen.hosts.flatMap(({ name, facts: { key } }) => (key ? [[name, fingerprintOfText(key.text)]] : []));
  return {
    keys: Object.fromEntries(keys),
    hosts: { ...args.hosts, ...keptHosts(removed, left) },
    ...(drift.length > 0 && { drift }),
  };
}

/** Failed logins alone may pass. */
const mayPass = ({ facts: seen, failures }: SeenAccess, args: SshAccessInputs): boolean =>
  sshDifferences(seen, markIn(args)).length === 0 &&
  failures.every(({ failed }) => failed.every(({ failure }) => isTransientLogin(failure)));

/** Each host to each other one. */
const allLogins = ({ hosts }: SshAccessFacts, signal: AbortSignal) =>
  together(hosts, async (from) => {
    const peers = hosts.filter((peer) => peer !== from);
    return { name: from.name, failed: await logins(from.host, peers, signal) };
  });

async function reconcile(
  operation: Operation,
  args: SshAccessInputs,
  { facts: seen }: SeenAccess,
  known?: SshAccessState,
): Promise<SeenAccess> {
  const { signal, owner } = operation;
  const mark = markIn(args);
  refuse(sshAccessProblems(seen));
  await together(seen.removed, async (one) => {
    operation.progress(`taking ${one.name} out`);
    await takeOut(one, mark, signal);
  });
  const hosts = await together(seen.hosts, (one) => withKey(one, ownedComment(mark, owner), signal));
  const ready = { hosts, removed: [] };
  await together(hosts, async (one) => {
    operation.progress(`setting up ${one.name}`);
    await syncFiles(one, ready, mark, operation);
  });
  operation.progress("trying every connection");
  const judge = (after: SeenAccess) => {
    const state = stateOf(args, after, known);
    return state && { ...state, mayPass: mayPass(after, args) };
  };
  return verified(() => observe(operation, args, known), judge, { timeoutMs: 60_000, signal });
}

async function withKey(one: SshHostFacts, comment: string, signal: AbortSignal): Promise<SshHostFacts> {
  if (one.facts.key) return one;
  await makeKey(one.host, comment, signal);
  return { ...one, facts: await inspectSsh(one.host, one.peers, signal) };
}

async function syncFiles(
  one: SshHostFacts,
  ready: SshAccessFacts,
  mark: string,
  { owner, signal }: Operation,
): Promise<void> {
  const wanted = wantedLines(one, ready, mark);
  for (const file of sharedFiles) {
    const { text: seen } = one.facts.files[file];
    const isOthers = owner && ownersOfLines(seen, mark).some((other) => !isSameOwner(other, owner));
    if (one.facts.folderProblem || isOthers || fileDifferences(one, ready, file, mark).length > 0)
      await editFile(one.host, file, seen, (text) => withLines(text, mark, wanted[file], owner), signal);
  }
}

async function remove(
  { signal, owner, info }: Operation,
  args: SshAccessInputs,
  known?: SshAccessState,
): Promise<void> {
  const mark = markIn(args);
  const { hosts, removed } = await observeSshHosts(args, removedHosts(known?.hosts, args), signal);
  await together([...hosts, ...removed], async (one) => {
    const others = othersOf(noted(one, mark), owner);
    if (others.length > 0) others.forEach(info);
    else await takeOut(one, mark, signal);
  });
}

/** The key goes with the last resource that uses it, whichever has made it. */
async function takeOut({ host, facts }: SshHostFacts, mark: string, signal: AbortSignal): Promise<void> {
  for (const file of sharedFiles) {
    const { text: seen } = facts.files[file];
    if (withoutLines(seen, mark) !== seen) await editFile(host, file, seen, (text) => withoutLines(text, mark), signal);
  }
  const isUsed = hasOthersLines(facts.files.knownHosts.text, mark);
  if (facts.key && isOwnKey(facts.key) && !isUsed) await removeKey(host);
  await removeFolder(host);
}

function loginLine(name: string, { peer, uri, failure, said }: FailedLogin): string {
  const words = [failure, said.replace(/^error: /, ""), loginHints[failure]].filter(Boolean).join(": ");
  return `${name}: no SSH connection to ${peer} (${uri}): ${words}`;
}
