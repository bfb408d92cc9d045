/** Provider side of `LibvirtTlsPki`: everything that is looked at before anything is decided. */
import type { X509Certificate } from "node:crypto";
import type { z } from "zod";
import type { Host } from "../../host/host";
import { type FailedHandshake, handshakes } from "../../libvirt/connectivity/tls";
import { withoutSettings } from "../../libvirt/daemon/conf-file";
import { daemonDifferences } from "../../libvirt/daemon/differences";
import { type DaemonFacts, inspectDaemon } from "../../libvirt/daemon/inspect";
import { completed, type DaemonSettings } from "../../libvirt/daemon/settings";
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
import { concurrently, together } from "../shared/many-hosts";
import { hostAt } from "../shared/ssh-host";
import type { schema } from "./inputs";

export type Args = z.infer<typeof schema>;
type Connection = Args["hosts"][string];

/** One machine as it is found. */
export interface Seen {
  /** What the program calls it. */
  name: string;
  host: Host;
  address: string;
  pki: PkiFacts;
  /** Undefined on a machine that is only the authority. */
  daemon: DaemonFacts | undefined;
  /** What it was like before; undefined when the host is not ours. */
  before: HostBaseline | undefined;
}

export interface Look {
  authority: Seen;
  hosts: Seen[];
  /** Hosts of the last state that the inputs no longer have. */
  departed: Seen[];
}

export async function look(args: Args, departing: Args["hosts"], signal: AbortSignal): Promise<Look> {
  const { authority, hosts } = args;
  const see = (name: string, connection: Connection, isHypervisor: boolean) =>
    concurrently(() => seeHost(name, hostAt(connection), connection.address, isHypervisor, signal));
  const all = Promise.all(Object.entries(hosts).map(([name, connection]) => see(name, connection, true)));
  const leaving = Promise.all(Object.entries(departing).map(([name, connection]) => see(name, connection, true)));
  const isHypervisor = Object.values(hosts).some(({ address }) => address === authority.address);
  const alone = isHypervisor ? undefined : see(authority.name, authority, false);
  const [seen, departed, apart] = await Promise.all([all, leaving, alone]);
  const own = apart ?? (seen.find(({ address }) => address === authority.address) as Seen);
  return { authority: own, hosts: seen, departed };
}

async function seeHost(
  name: string,
  host: Host,
  address: string,
  isHypervisor: boolean,
  signal: AbortSignal,
): Promise<Seen> {
  const [pki, daemon] = await Promise.all([
    observePki(host, signal),
    isHypervisor ? inspectDaemon(host, signal) : undefined,
  ]);
  return { name, host, address, pki, daemon, before: parseBaseline(pki.baseline) };
}

export const rulesFor = (
  { organization, validityDays, renewBeforeDays }: Args,
  { address }: Seen,
): CertificateRules => ({
  organization,
  address,
  validityDays,
  renewBeforeDays,
});

export const settingsOf = ({ libvirtd, allowedDns }: Args): DaemonSettings => completed({ ...libvirtd, allowedDns });

export const authorityOf = ({ authority }: Look): X509Certificate | undefined =>
  parseCertificate(authority.pki.files.get(authorityCertificate)?.text);

export function findingsAt(seen: Seen, args: Args, authority: X509Certificate | undefined): Finding[] {
  return authority ? hypervisorFindings(seen.pki, rulesFor(args, seen), authority) : [];
}

export const authorityFindingsAt = ({ authority }: Look, args: Args): Finding[] =>
  authorityFindings(authority.pki, { validityDays: args.authorityValidityDays, renewBeforeDays: args.renewBeforeDays });

/** Whether anything of ours is there: a record, a line in libvirtd.conf, or a certificate. */
export function isOurs({ before, pki, daemon }: Seen): boolean {
  const hasLines = daemon?.conf !== undefined && withoutSettings(daemon.conf.text) !== daemon.conf.text;
  return before !== undefined || hasLines || [...pki.files.keys()].some((path) => !foreignFiles(pki).includes(path));
}

/** Whether a departed host still has anything that makes it a hypervisor of ours; it may go on as the authority. */
export function isLeft(seen: Seen, args: Args): boolean {
  if (seen.address !== args.authority.address) return isOurs(seen);
  return Object.keys(seen.before?.units ?? {}).length > 0;
}

/** Whether the host is not ours yet, or only as the authority. */
export const isNewMember = ({ before, daemon }: Seen): boolean =>
  !before || (daemon !== undefined && Object.keys(before.units).length === 0);

/** Files that are not ours, where ours have to be. */
export function foreignHere({ pki, daemon, address, before }: Seen, args: Args): string[] {
  const own = address === args.authority.address && !before ? authorityFiles : [];
  const places = [...own, ...(daemon ? hypervisorFiles(pki.qemuGroup) : [])];
  const paths = new Set(places.map(({ path }) => path));
  return foreignFiles(pki, [...paths]);
}

/** Each host to each other one; none without TLS. */
export async function allHandshakes({ hosts }: Look, args: Args, signal: AbortSignal) {
  const { listenTls, tlsPort } = settingsOf(args);
  if (!listenTls || hosts.length < 2) return new Map<string, FailedHandshake[]>();
  const results = await together(hosts, async (from) => {
    const peers = hosts.filter((peer) => peer !== from);
    return [from.name, await handshakes(from.host, peers, tlsPort, signal)] as const;
  });
  return new Map(results);
}

/** @returns how the hosts differ from the inputs, one phrase per difference; handshakes do not count */
export function differences(seen: Look, args: Args): string[] {
  const authority = authorityOf(seen);
  const listed = (name: string, findings: readonly Finding[]) =>
    findings.map(({ path, problem }) => `${name}: ${path} ${problem}`);
  const own = listed(seen.authority.name, authorityFindingsAt(seen, args));
  const all = seen.hosts.flatMap((one) => {
    const findings = findingsAt(one, args, authority);
    const reloadPending = one.pki.reloadPending ? [`${one.name}: libvirtd does not know its new certificates yet`] : [];
    const daemon = one.daemon ? daemonDifferences(one.daemon, settingsOf(args)) : [];
    const notEnrolled = one.before ? [] : [`${one.name}: does not belong to this authority`];
    return [
      ...notEnrolled,
      ...listed(one.name, findings),
      ...reloadPending,
      ...daemon.map((line) => `${one.name}: ${line}`),
    ];
  });
  const left = seen.departed
    .filter((one) => isLeft(one, args))
    .map(({ name }) => `${name}: is no longer among the hosts`);
  return [...new Set([...own, ...all, ...left])];
}
