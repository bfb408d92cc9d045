/** Pure: certificates of an authority outside, and what is wrong with them by themselves. */
import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { certificatesIn, isSameCertificate, isSignedBy, permitsKeyUsage, purposeOids } from "./certificate";
import { allowedDnOf } from "./distinguished-name";
import { type Identity, identities, type Role, type Service, services } from "./layout";
import { isListed, isListOf, revocationListsIn } from "./revocation-list";

export type IdentityName = `${Service}${"Server" | "Client"}`;

/** What a program calls a certificate of a host. */
export const identityName = ({ service, role }: Identity): IdentityName =>
  `${service}${role === "server" ? "Server" : "Client"}`;

/** An authority outside, as a program gives it. */
interface GivenAuthority {
  /** One or more certificates in PEM. */
  certificates: string;
  /** In PEM, one list or more. */
  revocationList?: string | undefined;
}

export type GivenAuthorities = Readonly<Record<Service, GivenAuthority>>;
/** In PEM; the host's own certificate first. */
export type GivenCertificates = Readonly<Record<IdentityName, string>>;

/** At an input; the reason goes on from it. */
export interface GivenProblem {
  path: string[];
  reason: string;
}

/** libvirt reads no more from a file. */
const mostAuthorities = 16;
const dateOf = (time: string | Date) => new Date(time).toISOString().slice(0, 10);

const problem = (isWrong: boolean, reason: string) => (isWrong ? [reason] : []);

/** Problems of the authorities. Paths go on from that of the input. */
export function authorityInputProblems(given: GivenAuthorities, now: Date): GivenProblem[] {
  const [one, other] = services.map((service) => certificatesIn(given[service].certificates));
  const isShared = one?.some(({ publicKey }) => other?.some((its) => its.publicKey.equals(publicKey)));
  return [
    ...services.flatMap((service) => [
      ...bundleReasons(given[service], now).map((reason) => ({ path: [service, "certificates"], reason })),
      ...listReasons(given[service], now).map((reason) => ({ path: [service, "revocationList"], reason })),
    ]),
    ...problem(
      isShared === true,
      "must not be libvirt's authority as well: QEMU reads its keys without privileges, and who has one must not be able to speak to libvirtd. Give the certificates of two authorities, which may be intermediate ones of the same root, and not the root itself",
    ).map((reason) => ({ path: ["qemu", "certificates"], reason })),
  ];
}

function bundleReasons({ certificates }: GivenAuthority, now: Date): string[] {
  const all = certificatesIn(certificates);
  const blocks = certificates.match(/-----BEGIN /g)?.length ?? 0;
  if (all.length === 0 || all.length !== blocks)
    return ["must be certificates in PEM, and nothing else: -----BEGIN CERTIFICATE-----"];
  return [
    ...problem(all.length > mostAuthorities, `must have ${mostAuthorities} certificates at most`),
    ...all.flatMap((certificate) => [
      ...problem(!certificate.ca, `has a certificate that is no authority's: ${nameOf(certificate)}`),
      ...timeReasons(certificate, now).map((reason) => `has a certificate that ${reason}: ${nameOf(certificate)}`),
    ]),
  ];
}

function listReasons({ certificates, revocationList }: GivenAuthority, now: Date): string[] {
  if (revocationList === undefined) return [];
  const lists = revocationListsIn(revocationList);
  if (!lists) return ["must be a revocation list in PEM: -----BEGIN X509 CRL-----"];
  const authorities = certificatesIn(certificates);
  const isOthers = lists.some((list) => !authorities.some((authority) => isListOf(list, authority)));
  const overdue = lists.flatMap(({ nextUpdate }) => (nextUpdate && nextUpdate <= now ? [nextUpdate] : []));
  return [
    ...problem(authorities.length > 0 && isOthers, "has a list that none of the authority's certificates has signed"),
    ...overdue.map((due) => `has a list that was due to be replaced on ${dateOf(due)}: give the present one`),
  ];
}

/** Problems of all certificates of all hosts. @param addresses by the hosts' names */
export function certificateInputProblems(
  given: Readonly<Record<string, GivenCertificates>>,
  addresses: Readonly<Record<string, string>>,
  authorities: GivenAuthorities,
  now: Date,
): GivenProblem[] {
  const strangers = Object.keys(given).filter((name) => addresses[name] === undefined);
  const missing = Object.keys(addresses).filter((name) => given[name] === undefined);
  return [
    ...strangers.map((name) => ({ path: [name], reason: "is of none of hosts" })),
    ...missing.map((name) => ({ path: [name], reason: "is missing: the host has to have its four certificates" })),
    ...Object.entries(given).flatMap(([name, four]) => [
      ...identities.flatMap((identity) =>
        certificateReasons(four[identityName(identity)], identity, addresses[name], authorities, now).map((reason) => ({
          path: [name, identityName(identity)],
          reason,
        })),
      ),
      ...sharedKeys(four).map((role) => ({
        path: [name, identityName({ service: "qemu", role })],
        reason: `has the key of ${identityName({ service: "libvirt", role: "server" })} or ${identityName({ service: "libvirt", role: "client" })}: libvirt and QEMU must not have the same`,
      })),
    ]),
  ];
}

function sharedKeys(four: GivenCertificates): Role[] {
  const keyOf = (identity: Identity) => certificatesIn(four[identityName(identity)])[0]?.publicKey;
  const libvirts = identities.filter(({ service }) => service === "libvirt").map(keyOf);
  return identities
    .filter(({ service }) => service === "qemu")
    .filter((identity) => libvirts.some((key) => key !== undefined && keyOf(identity)?.equals(key)))
    .map(({ role }) => role);
}

function certificateReasons(
  text: string,
  { service, role }: Identity,
  address: string | undefined,
  authorities: GivenAuthorities,
  now: Date,
): string[] {
  const [certificate] = certificatesIn(text);
  if (!certificate) return ["must be a certificate in PEM: -----BEGIN CERTIFICATE-----"];
  const bundle = certificatesIn(authorities[service].certificates);
  const issuer = bundle.find((one) => isSignedBy(certificate, one));
  const lists = revocationListsIn(authorities[service].revocationList ?? "") ?? [];
  const isRevoked = lists.some((list) => issuer && isListOf(list, issuer) && isListed(list, certificate));
  const purposes = certificate.keyUsage ?? [];
  const isForName = address === undefined || role === "client" || isFor(certificate, address);
  const isUnnamed = service === "libvirt" && role === "client" && allowedDnOf(certificate) === undefined;
  return [
    ...timeReasons(certificate, now),
    ...problem(
      bundle.length > 0 && !issuer,
      `was not signed by any certificate of externalAuthority.${service}.certificates, but by ${nameOf(certificate, "issuer")}`,
    ),
    ...problem(isRevoked, `is revoked by externalAuthority.${service}.revocationList`),
    ...problem(
      certificate.ca || (purposes.length > 0 && ![purposeOids[role], anyPurpose].some((oid) => purposes.includes(oid))),
      `is not for a TLS ${role}: it has to have the extended key usage ${role}Auth`,
    ),
    ...problem(
      !permitsKeyUsage(certificate),
      "has a key usage without digitalSignature and keyEncipherment, which libvirt before 11.6 does not take",
    ),
    ...problem(!isForName, `has to be for ${address}, and is for ${certificate.subjectAltName ?? "no name"}`),
    ...problem(
      isUnnamed,
      "has a subject by which libvirtd cannot let it in: it has to have one, of the attributes CN, O, OU, C, ST, L, street, DC, UID, serialNumber and emailAddress only",
    ),
  ];
}

const anyPurpose = "2.5.29.37.0";

/** As libvirt compares it: an address with addresses, a name with names. */
const isFor = (certificate: X509Certificate, address: string) =>
  (isIP(address) ? certificate.checkIP(address) : certificate.checkHost(address, { subject: "never" })) !== undefined;

function timeReasons({ validFrom, validTo }: X509Certificate, now: Date): string[] {
  return [
    ...problem(Date.parse(validTo) <= now.getTime(), `has ended on ${dateOf(validTo)}`),
    ...problem(Date.parse(validFrom) > now.getTime(), `is not valid before ${validFrom}`),
  ];
}

const nameOf = (certificate: X509Certificate, of: "subject" | "issuer" = "subject") =>
  certificate[of].replaceAll("\n", ",");

/** A text of certificates, each in the one spelling that is installed. */
export const pemOf = (certificates: readonly X509Certificate[]): string =>
  certificates.map((certificate) => certificate.toString().trimEnd()).join("\n");

export const isSameText = (one: string, other: string): boolean => {
  const [its, others] = [certificatesIn(one), certificatesIn(other)];
  return (
    its.length === others.length &&
    its.every((certificate, at) => isSameCertificate(certificate, others[at] ?? certificate))
  );
};
