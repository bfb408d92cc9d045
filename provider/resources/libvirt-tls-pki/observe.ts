/** Provider side of `LibvirtTlsPki`: everything that is looked at before anything is decided. */
import type { X509Certificate } from "node:crypto";
import type { z } from "zod";
import type { RemoteHost } from "../../host/host";
import { type FailedHandshake, handshakes } from "../../libvirt/connectivity/tls";
import { withoutSettings } from "../../libvirt/daemon/conf-file";
import { daemonDifferences } from "../../libvirt/daemon/differences";
import { type DaemonFacts, inspectDaemon } from "../../libvirt/daemon/inspect";
import { type DaemonSettings, withDefaultSettings } from "../../libvirt/daemon/settings";
import { type HostBaseline, parseBaseline } from "../../pki/baseline";
import { parseCertificate } from "../../pki/certificate";
import {
  authorityFindings,
  type CertificateRules,
  type Finding,
  foreignFiles,
  hypervisorFindings,
} from "../../pki/findings";
import { authorityCertificate, authorityFiles, hypervisorFiles } from "../../pki/layout";
import { observePki, type PkiFacts } from "../../pki/observe";
import type { Noted } from "../shared/claim";
import { concurrently, together } from "../shared/many-hosts";
import { hostAt } from "../shared/ssh-host";
import type { pkiSchema } from "./inputs";

export type PkiInputs = z.infer<typeof pkiSchema>;
type Connection = PkiInputs["hosts"][string];

/** One machine as it is found. */
export interface PkiHostFacts {
  /** Name of the `Host` in the program. */
  name: string;
  host: RemoteHost;
  address: string;
  pki: PkiFacts;
  /** Undefined on a machine that is only the authority. */
  daemon: DaemonFacts | undefined;
  /** State of the host before it was enrolled; undefined when the host is not ours. */
  before: HostBaseline | undefined;
}

export interface PkiHosts {
  authority: PkiHostFacts;
  hosts: PkiHostFacts[];
  /** Hosts of the last state that the inputs no longer have. */
  removed: PkiHostFacts[];
}

/** Empty for a host that no resource has enrolled. */
export const notedOn = ({ name, before }: PkiHostFacts): Noted[] =>
  before ? [{ what: `the PKI on ${name}`, owner: before.owner }] : [];

export const notedIn = ({ authority, hosts }: PkiHosts): Noted[] =>
  [...new Set([authority, ...hosts])].flatMap(notedOn);

export async function observePkiHosts(
  args: PkiInputs,
  removedInputs: PkiInputs["hosts"],
  signal: AbortSignal,
): Promise<PkiHosts> {
  const { authority, hosts } = args;
  const observe = (name: string, connection: Connection, isHypervisor: boolean) =>
    concurrently(() => observeHost(name, hostAt(connection), connection.address, isHypervisor, signal));
  const all = Promise.all(Object.entries(hosts).map(([name, connection]) => observe(name, connection, true)));
  const leaving = Promise.all(
    Object.entries(removedInputs).map(([name, connection]) => observe(name, connection, true)),
  );
  const isHypervisor = Object.values(hosts).some(({ address }) => address === authority.address);
  const alone = isHypervisor ? undefined : observe(authority.name, authority, false);
  const [seen, removed, apart] = await Promise.all([all, leaving, alone]);
  const own = apart ?? (seen.find(({ address }) => address === authority.address) as PkiHostFacts);
  return { authority: own, hosts: seen, removed };
}

async function observeHost(
  name: string,
  host: RemoteHost,
  address: string,
  isHypervisor: boolean,
  signal: AbortSignal,
): Promise<PkiHostFacts> {
  const [pki, daemon] = await Promise.all([
    observePki(host, signal),
    isHypervisor ? inspectDaemon(host, signal) : undefined,
  ]);
  return { name, host, address, pki, daemon, before: parseBaseline(pki.baseline) };
}

export const rulesFor = (
  { organization, validityDays, renewBeforeDays }: PkiInputs,
  { address }: PkiHostFacts,
): CertificateRules => ({
  organization,
  address,
  validityDays,
  renewBeforeDays,
});

export const settingsOf = ({ libvirtd, allowedDns }: PkiInputs): DaemonSettings =>
  withDefaultSettings({ ...libvirtd, allowedDns });

export const authorityOf = ({ authority }: PkiHosts): X509Certificate | undefined =>
  parseCertificate(authority.pki.files.get(authorityCertificate)?.text);

export function findingsAt(seen: PkiHostFacts, args: PkiInputs, authority: X509Certificate | undefined): Finding[] {
  return authority ? hypervisorFindings(seen.pki, rulesFor(args, seen), authority) : [];
}

export const authorityFindingsAt = ({ authority }: PkiHosts, args: PkiInputs): Finding[] =>
  authorityFindings(authority.pki, { validityDays: args.authorityValidityDays, renewBeforeDays: args.renewBeforeDays });

/** True when something of ours is there: a record, a line in libvirtd.conf, or a certificate. */
export function hasOwnPki({ before, pki, daemon }: PkiHostFacts): boolean {
  const hasLines = daemon?.conf !== undefined && withoutSettings(daemon.conf.text) !== daemon.conf.text;
  return before !== undefined || hasLines || [...pki.files.keys()].some((path) => !foreignFiles(pki).includes(path));
}

/** True when a removed host still has anything that makes it a hypervisor of ours; it may go on as the authority. */
export function isLeft(seen: PkiHostFacts, args: PkiInputs): boolean {
  if (seen.address !== args.authority.address) return hasOwnPki(seen);
  return Object.keys(seen.before?.units ?? {}).length > 0;
}

/** True when the host is not ours yet, or only as the authority. */
export const isNewMember = ({ before, daemon }: PkiHostFacts): boolean =>
  !before || (daemon !== undefined && Object.keys(before.units).length === 0);

/** Files that are not ours, where ours have to be. */
export function foreignHere({ pki, daemon, address, before }: PkiHostFacts, args: PkiInputs): string[] {
  const own = address === args.authority.address && !before ? authorityFiles : [];
  const places = [...own, ...(daemon ? hypervisorFiles(pki.qemuGroup) : [])];
  const paths = new Set(places.map(({ path }) => path));
  return foreignFiles(pki, [...paths]);
}

/** Each host to each other one; none without TLS. */
export async function allHandshakes({ hosts }: PkiHosts, args: PkiInputs, signal: AbortSignal) {
  const { listenTls, tlsPort } = settingsOf(args);
  if (!listenTls || hosts.length < 2) return new Map<string, FailedHandshake[]>();
  const results = await together(hosts, async (from) => {
    const peers = hosts.filter((peer) => peer !== from);
    return [from.name, await handshakes(from.host, peers, tlsPort, signal)] as const;
  });
  return new Map(results);
}

/** @returns how the hosts differ from the inputs, one phrase per difference; handshakes do not count */
export function pkiDifferences(seen: PkiHosts, args: PkiInputs): string[] {
  const authority = authorityOf(seen);
  const listed = (name: string, findings: readonly Finding[]) =>
    findings.map(({ path, problem }) => `${name}: ${path} ${problem}`);
  const own = listed(seen.authority.name, authorityFindingsAt(seen, args));
  const all = seen.hosts.flatMap((one) => {
    const findings = findingsAt(one, args, authority);
    const reloadPending = one.pki.reloadPending
      ? [`${one.name}: libvirtd has not loaded its new certificates yet`]
      : [];
    const daemon = one.daemon ? daemonDifferences(one.daemon, settingsOf(args)) : [];
    const notEnrolled = one.before ? [] : [`${one.name}: does not belong to this authority`];
    return [
      ...notEnrolled,
      ...listed(one.name, findings),
      ...reloadPending,
      ...daemon.map((line) => `${one.name}: ${line}`),
    ];
  });
  const left = seen.removed
    .filter((one) => isLeft(one, args))
    .map(({ name }) => `${name}: is no longer one of the hosts`);
  return [...new Set([...own, ...all, ...left])];
}
