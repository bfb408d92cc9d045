/** Provider side of `LibvirtTlsPki`. */

import { HostError } from "../../host/errors";
import type { FailedHandshake } from "../../libvirt/connectivity/tls";
import { isTransientHandshake } from "../../libvirt/connectivity/tls-errors";
import { securityWarnings } from "../../libvirt/daemon/settings";
import type { Definition } from "../../lifecycle/definition";
import { refuse } from "../../lifecycle/errors";
import { noteRenewal } from "../../pki/authority";
import { authorityIn } from "../../pki/authority-findings";
import { endingSoon } from "../../pki/given-findings";
import type { Service } from "../../pki/layout";
import type { Operation } from "../../util/operation";
import type { Owner } from "../../util/owner";
import { adoptionsFound, claimFound, othersOf, ownersDrift } from "../shared/claim";
import { libvirtDaemon, lockedHosts, withPartLocked } from "../shared/host-locks";
import { connectionSecretKeys } from "../shared/inputs";
import { keptHosts, removedHosts, together, verified } from "../shared/many-hosts";
import { pkiAdoption } from "./adoption";
import { pkiSchema } from "./inputs";
import {
  allHandshakes,
  authorityLabel,
  currentAuthorities,
  givenFor,
  hasOwnPki,
  isLeft,
  notedIn,
  notedOn,
  observeAuthority,
  observePkiHosts,
  ownAuthority,
  type PkiHostFacts,
  type PkiHosts,
  type PkiInputs,
  pkiDifferences,
  settingsOf,
} from "./observe";
import { jobProblems, refuseUnlessPossible, restarting } from "./preflight";
import { inStages } from "./stages";
import { daemonState, type PkiState } from "./state";
import { dropAuthority, enrol, ensureAuthorities, unenrol } from "./steps";

/** The hosts' files and daemons, and which handshakes fail; none is tried where nothing of ours is. */
interface SeenPki {
  facts: PkiHosts;
  failures: ReadonlyMap<string, FailedHandshake[]>;
  /** Drift: hosts that have passed to other resources. */
  owners: string[];
}

export const libvirtTlsPki: Definition<typeof pkiSchema, PkiInputs, SeenPki, PkiState> = {
  schema: pkiSchema,
  replaceOn: [],
  secrets: connectionSecretKeys,
  id: authorityLabel,
  model: (args) => args,
  observe,
  stateOf,
  reconcile,
  remove,
  exclusively: (operation, args, work) => {
    const authority = ownAuthority(args);
    const all = lockedHosts({ ...args.hosts, ...(authority && { [authority.name]: authority }) });
    return withPartLocked(operation, libvirtDaemon, all, () => work(operation));
  },
  inputsOf: (args, { hosts = args.hosts }) => ({ ...args, hosts }),
  objections: (olds, news) =>
    !olds.authority || !news.authority || olds.authority.address === news.authority.address
      ? []
      : [
          {
            property: "authority",
            reason: `cannot change from ${olds.authority.address} to ${news.authority.address}, because the authority's key never leaves its host: make another LibvirtTlsPki and delete this one, or change to an externalAuthority first`,
          },
        ],
  things: ({ authority, hosts }) => [
    ...(authority ? [{ property: "authority", thing: `the certificate authority on ${authority.address}` }] : []),
    ...Object.values(hosts).map(({ address }) => ({
      property: "hosts",
      thing: `libvirt's certificates on ${address}`,
    })),
  ],
  claim: (operation, args) =>
    claimFound(operation, { property: "hosts", adopt: args.adopt }, async () =>
      notedIn(await observePkiHosts(args, {}, operation.signal)),
    ),
  adoption: (operation, args) => adoptionsFound(operation, () => pkiAdoption(operation, args)),
  announce: async (operation, args) => warn(operation, args),
};

const isAnyOurs = ({ authority, hosts, removed }: PkiHosts) =>
  [...(authority ? [authority] : []), ...hosts, ...removed].some(hasOwnPki);

async function observe(operation: Operation, args: PkiInputs, known?: PkiState): Promise<SeenPki> {
  const { signal } = operation;
  const seen = await observePkiHosts(args, removedHosts(known?.hosts, args), signal);
  for (const line of endingOn(seen, args)) operation.warn(`${line}.`);
  const failures = isAnyOurs(seen) ? await allHandshakes(seen, args, signal) : new Map();
  return { facts: seen, failures, owners: ownersDrift(operation, notedIn(seen)) };
}

function stateOf(args: PkiInputs, { facts: seen, failures, owners }: SeenPki, known?: PkiState): PkiState | undefined {
  if (!isAnyOurs(seen)) return undefined;
  const removed = removedHosts(known?.hosts, args);
  const handshakes = [...failures].flatMap(([name, failed]) => failed.map((one) => handshakeLine(name, one)));
  const drift = [...owners, ...pkiDifferences(seen, args), ...handshakes];
  const left = seen.removed.filter((one) => isLeft(one, args));
  const current = currentAuthorities(seen, args);
  const fingerprint = (service: Service) =>
    (current?.[service][0] ?? (seen.authority && authorityIn(seen.authority.pki, service)))?.fingerprint256 ?? "";
  const ending = endingOn(seen, args);
  return {
    caFingerprint: fingerprint("libvirt"),
    qemuCaFingerprint: fingerprint("qemu"),
    ...(ending.length > 0 && { ending }),
    daemons: Object.fromEntries(seen.hosts.map((one) => [one.name, daemonState(one, args)])),
    hosts: { ...args.hosts, ...keptHosts(removed, left) },
    ...(drift.length > 0 && { drift }),
  };
}

/** Missing handshakes alone may pass. */
const mayPass = ({ facts: seen, failures }: SeenPki, args: PkiInputs): boolean =>
  pkiDifferences(seen, args).length === 0 &&
  [...failures.values()].flat().every(({ failure }) => isTransientHandshake(failure));

async function reconcile(
  operation: Operation,
  args: PkiInputs,
  { facts: before }: SeenPki,
  known?: PkiState,
): Promise<SeenPki> {
  const { signal } = operation;
  await refuseUnlessPossible(before, args, operation);
  warn(operation, args);
  await syncDeparted(operation, before);
  // The same machine may have come back by another address.
  const seen = before.removed.length > 0 ? await observePkiHosts(args, {}, signal) : before;
  if (seen.authority) operation.progress(`checking the authority on ${seen.authority.name}`);
  await ensureAuthorities(seen, args, operation);
  await together(seen.hosts, (one) => enrol(one, args, operation));
  await inStages(args, operation);
  await dropEarlierAuthority(operation, args, seen, known);
  operation.progress("trying every connection");
  const judge = (after: SeenPki) => {
    const state = stateOf(args, after, known);
    return state && { ...state, mayPass: mayPass(after, args) };
  };
  return verified(() => observe(operation, args, known), judge, { timeoutMs: 90_000, signal });
}

/** The key of an authority that has given way to one outside; the state still knows where it is. */
async function dropEarlierAuthority(
  operation: Operation,
  args: PkiInputs,
  { hosts }: PkiHosts,
  known?: PkiState,
): Promise<void> {
  const earlier = known?.authority ?? args.authority;
  if (!args.externalAuthority || !earlier) return;
  operation.progress(`removing the authority on ${earlier.name}`);
  try {
    const isMember = hosts.some(({ address }) => address === earlier.address);
    const seen = await observeAuthority(earlier, operation.signal);
    if (othersOf(notedOn(seen), operation.owner).length > 0) return;
    tell(operation, seen, await dropAuthority(seen, isMember));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    operation.warn(
      `${earlier.name}: the earlier authority's keys stay in /etc/pki/CA/private, since the host cannot be asked: ${error.message}`,
    );
  }
}

async function syncDeparted(operation: Operation, { removed, authority }: PkiHosts): Promise<void> {
  const [own, others] = split(removed, operation);
  for (const line of others) operation.info(line);
  if (removed.length > 0 && authority?.before) await noteRenewal(authority.host);
  if (removed.length > 0 && !authority)
    operation.warn(
      `${removed.map(({ name }) => name).join(", ")}: revoke the certificates at their authority, and give its revocation lists (externalAuthority.libvirt.revocationList and externalAuthority.qemu.revocationList). libvirtd lets the host in no more; QEMU takes what its authority has signed and not revoked.`,
    );
  await together(own, async (one) => {
    operation.progress(`taking ${one.name} out`);
    const isAuthority = one.address === authority?.address;
    tell(operation, one, await unenrol(one, { isAuthority: false, staysAuthority: isAuthority }, operation.signal));
  });
}

async function remove(operation: Operation, args: PkiInputs, known?: PkiState): Promise<void> {
  const seen = await observePkiHosts(args, removedHosts(known?.hosts, args), operation.signal);
  const left =
    known?.authority && !ownAuthority(args) ? [await observeAuthority(known.authority, operation.signal)] : [];
  const alone = left.filter(({ address }) => !seen.hosts.some((one) => one.address === address));
  const all = [
    ...new Set([...seen.hosts, ...seen.removed, ...(seen.authority ? [seen.authority] : []), ...alone]),
  ].filter((one) => hasOwnPki(one) && isOfThis(one, args, operation.owner));
  const [own, others] = split(all, operation);
  for (const line of others) operation.info(line);
  refuse(
    await jobProblems(
      own.map((one) => restarting(one, one.daemons)),
      operation.signal,
    ),
  );
  await together(own, async (one) => {
    const isAuthority = one.address === (ownAuthority(args) ?? known?.authority)?.address;
    tell(operation, one, await unenrol(one, { isAuthority, staysAuthority: false }, operation.signal));
  });
}

/** A host of another authority is another resource's, unless this one has changed its authority and was interrupted. */
const isOfThis = ({ before }: PkiHostFacts, args: PkiInputs, self: Owner | undefined) =>
  !before ||
  before.authority === authorityLabel(args) ||
  (before.owner !== undefined && before.owner.uid === self?.uid);

/** @returns hosts that a delete takes out, and what it tells of those that belong to others by now */
function split(all: readonly PkiHostFacts[], { owner }: Operation): [PkiHostFacts[], string[]] {
  const lines = (one: PkiHostFacts) => othersOf(notedOn(one), owner);
  return [all.filter((one) => lines(one).length === 0), all.flatMap(lines)];
}

function tell(operation: Operation, { name }: PkiHostFacts, left: readonly string[]): void {
  if (left.length > 0)
    operation.warn(`${name}: not removed, since nothing marks it as made by this provider: ${left.join(", ")}`);
}

const endingOn = (seen: PkiHosts, args: PkiInputs): string[] =>
  seen.hosts.flatMap(({ name, pki }) => {
    const given = givenFor(args, name);
    return given ? endingSoon(pki, given, args.renewBeforeDays).map((line) => `${name}: ${line}`) : [];
  });

function warn(operation: Operation, args: PkiInputs): void {
  for (const line of securityWarnings(settingsOf(args))) operation.warn(`Insecure: ${line}.`);
}

const handshakeLine = (name: string, { peer, uri, failure, said }: FailedHandshake) =>
  `${name}: no TLS connection to ${peer} (${uri}): ${failure}${said ? `: ${said.replace(/^error: /, "")}` : ""}`;
