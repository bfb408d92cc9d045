/** Provider side of `LibvirtTlsPki`: the steps on one host, each doing only what differs. */
import type { X509Certificate } from "node:crypto";
import type { RemoteHost } from "../../host/host";
import { daemonDifferences, switchBack, switchTo } from "../../libvirt/daemon/differences";
import { type DaemonFacts, localSockets } from "../../libvirt/daemon/inspect";
import { tcpSocket, tlsSocket } from "../../libvirt/daemon/settings";
import { jobsOn, switchDaemon, updateTls } from "../../libvirt/daemon/switch";
import { closeAuthority, makeAuthority } from "../../pki/authority";
import { type HostBaseline, makeFolders, mergeBaselines, saveBaseline, type UnitState } from "../../pki/baseline";
import { validityFrom } from "../../pki/certificate";
import { isKeyReusable, serverNames, subjectOf } from "../../pki/findings";
import { clearReloadPending, install } from "../../pki/install";
import { issue } from "../../pki/issue";
import { authorityFiles, authorityKey, folders, hypervisorFiles, roles } from "../../pki/layout";
import { authorityName, authorityTemplate } from "../../pki/template";
import { uninstall } from "../../pki/uninstall";
import type { Operation } from "../../util/operation";
import type { Owner } from "../../util/owner";
import {
  authorityFindingsAt,
  authorityOf,
  findingsAt,
  foreignHere,
  isNewMember,
  type PkiHostFacts,
  type PkiHosts,
  type PkiInputs,
  rulesFor,
  settingsOf,
} from "./observe";

const ownPaths = authorityFiles.map(({ path }) => path);
const peerPaths = hypervisorFiles("").map(({ path }) => path);

/** @returns the authority's certificate */
export async function ensureAuthority(
  seen: PkiHosts,
  args: PkiInputs,
  { owner, signal }: Operation,
): Promise<X509Certificate> {
  const { authority } = seen;
  const { host, pki } = authority;
  const { backups } = await takeBaseline(authority, args, owner);
  const findings = authorityFindingsAt(seen, args);
  const current = authorityOf(seen);
  if (current && findings.every(({ action, problem }) => action === "reinstall" && problem !== "is missing")) {
    if (findings.length > 0) await closeAuthority(host);
    return current;
  }
  const name = authorityName(args.organization);
  const template = authorityTemplate(name, validityFrom(pki.clock, args.authorityValidityDays));
  const isKeyGood = !findings.some(({ path }) => path === authorityKey);
  const keepKey = isKeyGood && authority.before !== undefined;
  return makeAuthority(host, { template, keepKey, backups: backups.filter((path) => ownPaths.includes(path)), signal });
}

/** Certificates first, verified and in place; then the daemon, which does not start without them. */
export async function enrol(
  seen: PkiHostFacts,
  authorityHost: RemoteHost,
  authority: X509Certificate,
  args: PkiInputs,
  { owner, signal }: Operation,
): Promise<void> {
  const { backups } = await takeBaseline(seen, args, owner);
  const isNew = await syncCertificates(seen, authorityHost, authority, args, backups, signal);
  await syncDaemon(seen, args, isNew || seen.pki.reloadPending, signal);
}

async function syncCertificates(
  seen: PkiHostFacts,
  authorityHost: RemoteHost,
  authority: X509Certificate,
  args: PkiInputs,
  backups: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const { host, pki } = seen;
  const findings = findingsAt(seen, args, authority);
  if (findings.length === 0) return false;
  const validity = validityFrom(pki.clock, args.validityDays, new Date(authority.validTo));
  const due = roles.filter((role) => findings.some((one) => one.role === role && one.action === "reissue"));
  const issued = await Promise.all(
    due.map((role) =>
      issue({
        host,
        authorityHost,
        role,
        subject: subjectOf(pki, rulesFor(args, seen)),
        names: role === "server" ? serverNames(pki, rulesFor(args, seen)) : [],
        authority,
        validity,
        keepKey: isKeyReusable(pki, role, findings),
        signal,
      }),
    ),
  );
  await install(host, { facts: pki, authority: authority.toString(), issued, backups, signal });
  return true;
}

/** A restart reads the certificates too; without one the running daemon is told to read them. */
async function syncDaemon(
  { name, host, daemon }: PkiHostFacts,
  args: PkiInputs,
  isNew: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (!daemon) return;
  const settings = settingsOf(args);
  if (daemonDifferences(daemon, settings).length > 0) {
    await refuseDuringJobs(name, host, signal);
    await switchDaemon(host, daemon, switchTo(daemon, settings), signal);
  } else if (isNew && settings.listenTls) await updateTls(host, signal);
  if (isNew) await clearReloadPending(host);
}

/** @returns paths that were left alone */
export async function unenrol(
  { name, host, pki, daemon, before }: PkiHostFacts,
  { isAuthority, staysAuthority }: { isAuthority: boolean; staysAuthority: boolean },
  signal: AbortSignal,
): Promise<string[]> {
  const change = daemon && switchBack(daemon, before?.units ?? {});
  if (daemon && change) {
    await refuseDuringJobs(name, host, signal);
    await switchDaemon(host, daemon, change, signal); // without its socket first: it does not start without certificates
  }
  const keep = staysAuthority ? ownPaths : [];
  const paths = [...new Set([...(daemon ? peerPaths : []), ...(isAuthority ? ownPaths : [])])];
  const left = await uninstall(host, pki, paths, before, keep);
  if (staysAuthority && before) {
    const backups = before.backups.filter((path) => ownPaths.includes(path));
    await saveBaseline(host, pki, { ...before, backups, units: {} });
  }
  return left;
}

async function refuseDuringJobs(name: string, host: RemoteHost, signal: AbortSignal): Promise<void> {
  const domains = await jobsOn(host, signal);
  if (domains.length > 0)
    throw new Error(
      `${name}: a job of ${domains.join(", ")} has begun meanwhile, which a restart of libvirtd would end.`,
    );
}

/** Written before anything else on the host, so that a crash at any moment leaves the way back. */
async function takeBaseline(seen: PkiHostFacts, args: PkiInputs, owner: Owner | undefined): Promise<HostBaseline> {
  const { host, pki, daemon, before, address } = seen;
  const isAuthority = address === args.authority.address;
  const wanted = [...(daemon ? folders.hypervisor : []), ...(isAuthority ? folders.authority : [])];
  const now = mergeBaselines(before, {
    authority: args.authority.address,
    owner,
    folders: wanted.filter((folder) => !pki.folders.includes(folder)),
    units: daemon ? unitStates(daemon) : {},
    backups: isNewMember(seen) ? foreignHere(seen, args) : [],
  });
  await saveBaseline(host, pki, now);
  await makeFolders(host, pki, [...new Set(wanted)]);
  return now;
}

function unitStates({ units }: DaemonFacts): Record<string, UnitState> {
  const states = [...localSockets, tlsSocket, tcpSocket].map((unit) => {
    const { isActive = false, fileState = "" } = units.get(unit) ?? {};
    return [unit, { enabled: fileState === "enabled", active: isActive }];
  });
  return Object.fromEntries(states);
}
