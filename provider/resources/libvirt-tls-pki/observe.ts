/** Provider side of `LibvirtTlsPki`: everything that is looked at before anything is decided. */
import type { z } from "zod";
import type { RemoteHost } from "../../host/host";
import { type FailedHandshake, handshakes } from "../../libvirt/connectivity/tls";
import { withoutSettings } from "../../libvirt/daemon/conf-file";
import { daemonDifferences } from "../../libvirt/daemon/differences";
import { type DaemonFacts, inspectDaemons } from "../../libvirt/daemon/inspect";
import { type DaemonSettings, withDefaultSettings } from "../../libvirt/daemon/settings";
import {
  type AuthorityRules,
  authorityFindings,
  authorityIn,
  trustedBy,
  withEarlier,
} from "../../pki/authority-findings";
import { type HostBaseline, parseBaseline } from "../../pki/baseline";
import { allowedDn } from "../../pki/certificate";
import { allowedDnOf, writableDn } from "../../pki/distinguished-name";
import {
  type Authorities,
  type CertificateRules,
  type Finding,
  hypervisorFindings,
  type Trusted,
} from "../../pki/findings";
import { type GivenHere, givenFindings, givenHere, listFindings } from "../../pki/given-findings";
import {
  allPaths,
  authorityFiles,
  hypervisorFiles,
  listFiles,
  type Service,
  services,
  trustPath,
} from "../../pki/layout";
import { observePki, type PkiFacts } from "../../pki/observe";
import { foreignFiles, isOwnFile } from "../../pki/ownership";
import { hostSubject } from "../../pki/template";
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
  /** libvirt's, first the one that other hosts reach; none on a machine that is only the authority. */
  daemons: DaemonFacts[];
  /** State of the host before it was enrolled; undefined when the host is not ours. */
  before: HostBaseline | undefined;
}

export interface PkiHosts {
  /** Undefined with an authority outside. */
  authority: PkiHostFacts | undefined;
  hosts: PkiHostFacts[];
  /** Hosts of the last state that the inputs no longer have. */
  removed: PkiHostFacts[];
}

/** Empty for a host that no resource has enrolled. */
export const notedOn = ({ name, before }: PkiHostFacts): Noted[] =>
  before ? [{ what: `the PKI on ${name}`, owner: before.owner }] : [];

export const notedIn = ({ authority, hosts }: PkiHosts): Noted[] =>
  [...new Set([...(authority ? [authority] : []), ...hosts])].flatMap(notedOn);

export async function observePkiHosts(
  args: PkiInputs,
  removedInputs: PkiInputs["hosts"],
  signal: AbortSignal,
): Promise<PkiHosts> {
  const { hosts } = args;
  const authority = ownAuthority(args);
  const observe = (name: string, connection: Connection, isHypervisor: boolean) =>
    concurrently(() => observeHost(name, hostAt(connection), connection.address, isHypervisor, signal));
  const all = Promise.all(Object.entries(hosts).map(([name, connection]) => observe(name, connection, true)));
  const leaving = Promise.all(
    Object.entries(removedInputs).map(([name, connection]) => observe(name, connection, true)),
  );
  const isHypervisor = Object.values(hosts).some(({ address }) => address === authority?.address);
  const alone = isHypervisor || !authority ? undefined : observe(authority.name, authority, false);
  const [seen, removed, apart] = await Promise.all([all, leaving, alone]);
  return { authority: apart ?? seen.find(({ address }) => address === authority?.address), hosts: seen, removed };
}

/** A machine as it is to an authority alone. */
export const observeAuthority = (authority: NonNullable<PkiInputs["authority"]>, signal: AbortSignal) =>
  observeHost(authority.name, hostAt(authority), authority.address, false, signal);

async function observeHost(
  name: string,
  host: RemoteHost,
  address: string,
  isHypervisor: boolean,
  signal: AbortSignal,
): Promise<PkiHostFacts> {
  const [pki, daemons] = await Promise.all([
    observePki(host, signal),
    isHypervisor ? inspectDaemons(host, signal) : [],
  ]);
  return { name, host, address, pki, daemons, before: parseBaseline(pki.baseline) };
}

export function rulesFor(
  { organization, validityDays, renewBeforeDays }: PkiInputs,
  { name, address }: PkiHostFacts,
  { hosts }: Pick<PkiHosts, "hosts">,
): CertificateRules {
  const others = hosts.filter((one) => one.name !== name);
  const othersNames = others.flatMap((one) => [one.name, one.address, one.pki.hostname]);
  return { organization, address, othersNames, validityDays, renewBeforeDays };
}

/** libvirtd lets in the hosts themselves, by their exact names, and whom the program names beside them. */
export function settingsOf(args: PkiInputs): DaemonSettings {
  const { libvirtd, allowedDns = [], organization, hosts } = args;
  const own = Object.entries(hosts).flatMap(([name, { address }]) => {
    const [client] = givenFor(args, name)?.chains.libvirtClient ?? [];
    if (args.externalAuthority) return (client && allowedDnOf(client)) ?? [];
    return allowedDn(hostSubject("libvirt", organization, address));
  });
  return withDefaultSettings({ ...libvirtd, tlsAllowedDnList: [...new Set([...own, ...allowedDns.map(writableDn)])] });
}

/** An authority of this resource's own; not the one that a failed change to an authority outside has left in the state. */
export const ownAuthority = ({ authority, externalAuthority }: PkiInputs) =>
  externalAuthority ? undefined : authority;

/** What a host's baseline calls the authority that it belongs to. */
export const authorityLabel = (args: PkiInputs): string => ownAuthority(args)?.address ?? "external";

/** What an authority outside has given for a host; undefined with one of our own. */
export const givenFor = ({ externalAuthority, certificates }: PkiInputs, name: string): GivenHere | undefined =>
  externalAuthority && givenHere(externalAuthority, certificates?.[name]);

/** Those that count from now on; undefined while one of them is missing. */
export function currentAuthorities(seen: PkiHosts, args: PkiInputs): Trusted | undefined {
  if (args.externalAuthority) return givenHere(args.externalAuthority, undefined).authorities;
  const own = authoritiesOf(seen);
  return own && { libvirt: [own.libvirt], qemu: [own.qemu] };
}

/** Undefined while one of them is missing. */
export function authoritiesOf({ authority }: PkiHosts): Authorities | undefined {
  if (!authority) return undefined;
  const found = services.map((service) => [service, authorityIn(authority.pki, service)] as const);
  return found.every(([, certificate]) => certificate !== undefined)
    ? (Object.fromEntries(found) as unknown as Authorities)
    : undefined;
}

/** @param meanwhile as long as not all members have certificates of the present authorities */
export const trustedAt = ({ authority, hosts }: PkiHosts, current: Trusted, meanwhile: boolean): Trusted =>
  trustedBy(
    authority?.pki,
    hosts.map(({ pki }) => pki),
    current,
    meanwhile,
  );

export function findingsAt(one: PkiHostFacts, seen: PkiHosts, args: PkiInputs, trusted?: Trusted): Finding[] {
  const [authorities, current] = [authoritiesOf(seen), currentAuthorities(seen, args)];
  if (!current) return [];
  const taken = trusted ?? trustedAt(seen, current, false);
  const given = givenFor(args, one.name);
  if (given) return [...givenFindings(one.pki, given, taken), ...listFindings(one.pki, given.lists)];
  if (!authorities) return [];
  return [
    ...hypervisorFindings(one.pki, rulesFor(args, one, seen), authorities, taken),
    ...listFindings(one.pki, { libvirt: undefined, qemu: undefined }),
  ];
}

const authorityRules = ({ organization, ...args }: PkiInputs): AuthorityRules => ({
  organization,
  generation: args.authorityGeneration,
  validityDays: args.authorityValidityDays,
  renewBeforeDays: args.renewBeforeDays,
});

export const authorityFindingsAt = ({ authority }: PkiHosts, args: PkiInputs, service: Service): Finding[] =>
  authority ? authorityFindings(authority.pki, service, authorityRules(args)) : [];

/** True when something of ours is there: a record, a line in a daemon's file, or a certificate. */
export function hasOwnPki({ before, pki, daemons }: PkiHostFacts): boolean {
  const hasLines = daemons.some(({ conf }) => conf !== undefined && withoutSettings(conf.text) !== conf.text);
  return before !== undefined || hasLines || allPaths.some((path) => isOwnFile(pki, path));
}

/** True when a removed host still has anything that makes it a hypervisor of ours; it may go on as the authority. */
export function isLeft(seen: PkiHostFacts, args: PkiInputs): boolean {
  if (seen.address !== ownAuthority(args)?.address) return hasOwnPki(seen);
  return Object.keys(seen.before?.units ?? {}).length > 0;
}

/** True when the host is not ours yet, or only as the authority. */
export const isNewMember = ({ before, daemons }: PkiHostFacts): boolean =>
  !before || (daemons.length > 0 && Object.keys(before.units).length === 0);

/** Files that are not ours, where ours have to be. */
export function foreignHere({ pki, daemons, address, before }: PkiHostFacts, args: PkiInputs): string[] {
  const own = address === ownAuthority(args)?.address && !before ? authorityFiles : [];
  const lists = listFiles.filter(({ service }) => args.externalAuthority?.[service].revocationList !== undefined);
  const places = [...own, ...(daemons.length > 0 ? [...hypervisorFiles(pki.qemuGroup), ...lists] : [])];
  const paths = new Set(places.map(({ path }) => path));
  return foreignFiles(pki, [...paths]);
}

/** Each host to each other one; none without TLS. */
export async function allHandshakes({ hosts }: PkiHosts, args: PkiInputs, signal: AbortSignal) {
  const { listenTls, tlsPort } = withDefaultSettings(args.libvirtd);
  if (!listenTls || hosts.length < 2) return new Map<string, FailedHandshake[]>();
  const results = await together(hosts, async (from) => {
    const peers = hosts.filter((peer) => peer !== from);
    return [from.name, await handshakes(from.host, peers, tlsPort, signal)] as const;
  });
  return new Map(results);
}

/** @returns how the hosts differ from the inputs, one phrase per difference; handshakes do not count */
export function pkiDifferences(seen: PkiHosts, args: PkiInputs): string[] {
  const listed = (name: string, findings: readonly Finding[]) =>
    findings.map(({ path, problem }) => `${name}: ${path} ${problem}`);
  const { authority } = seen;
  const settings = settingsOf(args);
  const own = authority
    ? services.flatMap((service) => listed(authority.name, authorityFindingsAt(seen, args, service)))
    : [];
  const isHypervisor = authority !== undefined && seen.hosts.includes(authority); // its own files are judged with those of the hosts
  const earlier = (authority ? withEarlier(authority.pki) : [])
    .filter(({ path }) => !isHypervisor || path !== trustPath("libvirt"))
    .map(({ path }) => `${authority?.name}: ${path} still has an earlier authority`);
  const all = seen.hosts.flatMap((one) => {
    const findings = findingsAt(one, seen, args);
    const reloadPending = one.pki.reloadPending
      ? [`${one.name}: ${one.daemons[0]?.daemon.name} has not loaded its new certificates yet`]
      : [];
    const daemon = one.daemons.flatMap((facts) => daemonDifferences(facts, settings));
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
  return [...new Set([...own, ...earlier, ...all, ...left])];
}
