/** Provider side of `LibvirtTlsPki`: the steps on one host, each doing only what differs. */
import type { RemoteHost } from "../../host/host";
import { daemonDifferences, switchBack, switchTo } from "../../libvirt/daemon/differences";
import { networkSocketsOf } from "../../libvirt/daemon/flavours";
import type { DaemonFacts } from "../../libvirt/daemon/inspect";
import { type DaemonSettings, withDefaultSettings } from "../../libvirt/daemon/settings";
import { type DaemonSwitch, jobsOn, switchDaemons, updateTls } from "../../libvirt/daemon/switch";
import { closeAuthorities, makeAuthority } from "../../pki/authority";
import { type HostBaseline, makeFolders, mergeBaselines, saveBaseline, type UnitState } from "../../pki/baseline";
import { validityFrom } from "../../pki/certificate";
import { isKeyReusable, serverNames, subjectOf, type Trusted } from "../../pki/findings";
import { marksOf } from "../../pki/given-findings";
import { clearReloadPending, installCertificates, installGiven, installLists, installTrusted } from "../../pki/install";
import { issue } from "../../pki/issue";
import {
  allPaths,
  authorityCertificate,
  authorityFiles,
  authorityKey,
  folders,
  hypervisorFiles,
  type Identity,
  identities,
  listFiles,
  services,
  trustPath,
} from "../../pki/layout";
import { givenMark, isOwnFile } from "../../pki/ownership";
import { authoritySubject, authorityTemplate } from "../../pki/template";
import { uninstall } from "../../pki/uninstall";
import type { Operation } from "../../util/operation";
import type { Owner } from "../../util/owner";
import {
  authoritiesOf,
  authorityFindingsAt,
  authorityLabel,
  findingsAt,
  foreignHere,
  givenFor,
  isNewMember,
  ownAuthority,
  type PkiHostFacts,
  type PkiHosts,
  type PkiInputs,
  rulesFor,
} from "./observe";

const ownPaths = authorityFiles.map(({ path }) => path);
const peerPaths = hypervisorFiles("").map(({ path }) => path);

/** Makes the authorities that are missing, ended, or have to be made anew. */
export async function ensureAuthorities(seen: PkiHosts, args: PkiInputs, { owner, signal }: Operation): Promise<void> {
  const { authority, hosts } = seen;
  if (!authority) return;
  const { host, pki } = authority;
  const { backups } = await takeBaseline(authority, args, owner);
  for (const service of services) {
    const findings = authorityFindingsAt(seen, args, service);
    if (findings.every(({ action, problem }) => action === "reinstall" && problem !== "is missing")) continue;
    const subject = authoritySubject(service, args.organization, args.authorityGeneration);
    const isKeyGood = !findings.some(({ path }) => path === authorityKey(service));
    const replaced = authorityFiles.filter((file) => file.service === service).map(({ path }) => path);
    await makeAuthority(host, {
      service,
      template: authorityTemplate(subject, validityFrom(pki.clock, args.authorityValidityDays)),
      keepKey: isKeyGood && authority.before !== undefined,
      keepEarlier: isOwnFile(pki, authorityCertificate(service)),
      isLoaded: service === "libvirt" && hosts.includes(authority),
      backups: backups.filter((path) => replaced.includes(path)),
      signal,
    });
  }
  if (services.some((service) => authorityFindingsAt(seen, args, service).length > 0)) await closeAuthorities(host);
}

/** What can be put back at removal is noted first. */
export async function enrol(seen: PkiHostFacts, args: PkiInputs, { owner }: Operation): Promise<void> {
  await takeBaseline(seen, args, owner);
}

/** The authorities that libvirtd and QEMU take. */
export async function syncTrusted(
  one: PkiHostFacts,
  seen: PkiHosts,
  args: PkiInputs,
  trusted: Trusted,
  { signal }: Operation,
): Promise<boolean> {
  const findings = findingsAt(one, seen, args, trusted);
  const differs = findings.some(({ role }) => role === undefined);
  if (!differs && !one.pki.reloadPending) return false;
  const delivery = { facts: one.pki, backups: one.before?.backups ?? [], signal };
  const isDue = (holds: "authority" | "list") =>
    findings.some(({ path }) => listFiles.some((file) => file.path === path) === (holds === "list"));
  if (differs && isDue("authority")) await installTrusted(one.host, trusted, delivery);
  if (differs && isDue("list"))
    await installLists(one.host, givenFor(args, one.name)?.lists ?? { libvirt: undefined, qemu: undefined }, delivery);
  await reload(one, args, signal);
  return true;
}

/** Certificates and keys, verified before they are in place. */
export async function syncCertificates(
  one: PkiHostFacts,
  seen: PkiHosts,
  args: PkiInputs,
  { signal }: Operation,
): Promise<boolean> {
  const authorities = authoritiesOf(seen);
  const findings = findingsAt(one, seen, args).filter(({ role }) => role !== undefined);
  if (findings.length === 0) return false;
  const { host, pki } = one;
  const delivery = { facts: pki, backups: one.before?.backups ?? [], signal };
  const given = givenFor(args, one.name);
  if (given) {
    await installGiven(host, given, delivery);
    await reload(one, args, signal);
    return true;
  }
  const authorityHost = seen.authority?.host;
  if (!authorities || !authorityHost) return false;
  const rules = rulesFor(args, one, seen);
  const isDue = ({ service, role }: Identity) =>
    findings.some((found) => found.service === service && found.role === role && found.action === "reissue");
  const issued = await Promise.all(
    identities.filter(isDue).map((identity) => {
      const authority = authorities[identity.service];
      return issue({
        ...identity,
        host,
        authorityHost,
        subject: subjectOf(identity.service, rules),
        names: identity.role === "server" ? serverNames(pki, rules) : [],
        authority,
        validity: validityFrom(pki.clock, args.validityDays, new Date(authority.validTo)),
        keepKey: isKeyReusable(pki, identity, rules, findings),
        signal,
      });
    }),
  );
  await installCertificates(host, issued, delivery);
  await reload(one, args, signal);
  return true;
}

/** A daemon that does not listen yet reads them when it is switched. */
async function reload(
  { host, daemons: [listener] }: PkiHostFacts,
  args: PkiInputs,
  signal: AbortSignal,
): Promise<void> {
  const isListening = listener?.units.get(listener.daemon.networkSockets?.tls ?? "")?.isActive === true;
  if (!isListening || !withDefaultSettings(args.libvirtd).listenTls) return;
  await updateTls(host, listener.daemon, signal);
  await clearReloadPending(host);
}

/** A restart reads the certificates too; without one the running daemon is told to read them. */
export async function syncDaemons(
  { name, host, daemons, pki }: PkiHostFacts,
  settings: DaemonSettings,
  { signal }: Operation,
): Promise<boolean> {
  const [listener] = daemons;
  if (!listener) return false;
  const differing = daemons.filter((facts) => daemonDifferences(facts, settings).length > 0);
  const switches = differing.map((facts) => ({ facts, change: switchTo(facts, settings) }));
  await switchAll(name, host, switches, signal);
  if (pki.reloadPending && settings.listenTls && !differing.includes(listener))
    await updateTls(host, listener.daemon, signal);
  if (pki.reloadPending) await clearReloadPending(host);
  return differing.length > 0 || pki.reloadPending;
}

async function switchAll(
  name: string,
  host: RemoteHost,
  switches: readonly DaemonSwitch[],
  signal: AbortSignal,
): Promise<void> {
  if (switches.length === 0) return;
  const facts = switches.map((one) => one.facts);
  const domains = await jobsOn(host, facts, signal);
  if (domains.length > 0) {
    const restarted = facts.map(({ daemon }) => daemon.name).join(" and ");
    throw new Error(
      `${name}: a job of ${domains.join(", ")} has begun meanwhile, which a restart of ${restarted} would end.`,
    );
  }
  await switchDaemons(host, switches, signal);
}

/** @returns paths that were left alone */
export async function unenrol(
  { name, host, pki, daemons, before }: PkiHostFacts,
  { isAuthority, staysAuthority }: { isAuthority: boolean; staysAuthority: boolean },
  signal: AbortSignal,
): Promise<string[]> {
  const switches = daemons.flatMap((facts) => {
    const change = switchBack(facts, before?.units ?? {});
    return change ? [{ facts, change }] : [];
  });
  await switchAll(name, host, switches, signal); // without its socket first: it does not start without certificates
  const keep = staysAuthority ? ownPaths : [];
  const lists = listFiles.map(({ path }) => path).filter((path) => isOwnFile(pki, path));
  const paths = [
    ...new Set([...(daemons.length > 0 ? [...peerPaths, ...lists] : []), ...(isAuthority ? ownPaths : [])]),
  ];
  const left = await uninstall(host, pki, paths, before, keep);
  if (staysAuthority && before) {
    const backups = before.backups.filter((path) => ownPaths.includes(path));
    await saveBaseline(host, pki, { ...before, backups, units: {} });
  }
  return left;
}

/** Takes the files of an authority of our own away, once nobody needs it any more. */
export async function dropAuthority({ host, pki, before }: PkiHostFacts, isMember: boolean): Promise<string[]> {
  const stays = isMember ? [trustPath("libvirt")] : [];
  return uninstall(host, pki, ownPaths, isMember ? undefined : before, stays);
}

/** Written before anything else on the host, so that a crash at any moment leaves the way back. */
async function takeBaseline(seen: PkiHostFacts, args: PkiInputs, owner: Owner | undefined): Promise<HostBaseline> {
  const { host, pki, daemons, before, address } = seen;
  const isHypervisor = daemons.length > 0;
  const isAuthority = address === ownAuthority(args)?.address;
  const given = givenFor(args, seen.name);
  const noted = (before?.given ?? []).filter((mark) => allPaths.some((path) => givenMark(textAt(seen, path)) === mark));
  const wanted = [...(isHypervisor ? folders.hypervisor : []), ...(isAuthority ? folders.authority : [])];
  const now = mergeBaselines(before, {
    authority: authorityLabel(args),
    owner,
    given: [...new Set([...noted, ...(isHypervisor && given ? marksOf(given) : [])])],
    folders: wanted.filter((folder) => !pki.folders.includes(folder)),
    units: Object.fromEntries(daemons.flatMap(unitStates)),
    backups: isNewMember(seen) ? foreignHere(seen, args) : [],
  });
  await saveBaseline(host, pki, now);
  await makeFolders(host, pki, [...new Set(wanted)]);
  return now;
}

const textAt = ({ pki }: PkiHostFacts, path: string) => pki.files.get(path)?.text ?? "";

function unitStates({ daemon, units }: DaemonFacts): [unit: string, state: UnitState][] {
  return [...daemon.localSockets, ...networkSocketsOf(daemon)].map((unit) => {
    const { isActive = false, fileState = "" } = units.get(unit) ?? {};
    return [unit, { enabled: fileState === "enabled", active: isActive }];
  });
}
