/** Pure: how a host's certificates and keys differ from what they have to be. */
import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { canonicalName } from "../util/address";
import {
  belongsTo,
  certificateProblems,
  certificatesIn,
  hasSubject,
  isSameCertificate,
  lifetimeProblems,
  parseCertificate,
} from "./certificate";
import {
  certificatePath,
  hypervisorFiles,
  type Identity,
  keyPath,
  type PkiFile,
  type Service,
  services,
} from "./layout";
import type { FileFacts, PkiFacts } from "./observe";
import { hostSubject, type Subject } from "./template";

export interface Finding {
  path: string;
  service: Service;
  role?: Identity["role"];
  /** A phrase that follows the path, e.g. `is missing`. */
  problem: string;
  /** `reissue`: make a new certificate; `reinstall`: write the file again from what there is. */
  action: "reissue" | "reinstall";
}

export interface CertificateRules {
  organization: string;
  /** Address at which the other hosts reach it. */
  address: string;
  /** Names and addresses of the other members, which no certificate of this one may have. */
  othersNames: readonly string[];
  validityDays: number;
  renewBeforeDays: number;
}

/** An authority for each service. */
export type Authorities = Readonly<Record<Service, X509Certificate>>;
/** The authorities that a host has to take for each service, the present one first. */
export type Trusted = Readonly<Record<Service, readonly X509Certificate[]>>;

export const subjectOf = (service: Service, { organization, address }: CertificateRules): Subject =>
  hostSubject(service, organization, address);

/**
 * Names in a server's certificate: the address that clients connect to, and what the host calls itself, if certificates
 * can hold it, it is not every machine's, and no other member has it.
 */
export function serverNames(
  { hostname }: Pick<PkiFacts, "hostname">,
  { address, othersNames }: Pick<CertificateRules, "address" | "othersNames">,
): string[] {
  const own = canonicalName(hostname);
  const isName = isIP(own) === 0 && /^(?!localhost(\.|$))[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/.test(own);
  const isOwn = isName && !othersNames.map(canonicalName).includes(own);
  return [...new Set([...(isOwn ? [own] : []), canonicalName(address)])];
}

export function hypervisorFindings(
  facts: PkiFacts,
  rules: CertificateRules,
  authorities: Authorities,
  trusted: Trusted,
): Finding[] {
  return hypervisorFiles(facts.qemuGroup).flatMap((file) =>
    fileFindings(facts, file, (found) =>
      file.holds === "authority"
        ? trustFindings(file, found, trusted[file.service])
        : contentFindings(facts, file, found, rules, authorities[file.service]),
    ),
  );
}

/**
 * A key may stay when its certificate is renewed: if the authority has certified it under the name that it still has,
 * and nobody else could read it.
 */
export function isKeyReusable(
  facts: PkiFacts,
  identity: Identity,
  rules: CertificateRules,
  findings: readonly Finding[],
): boolean {
  const certificate = parseCertificate(facts.files.get(certificatePath(identity))?.text);
  const suspect = findings.some(({ path, action }) => path === keyPath(identity) && action === "reissue");
  return (
    !suspect &&
    certificate !== undefined &&
    hasSubject(certificate, subjectOf(identity.service, rules)) &&
    belongsTo(certificate, facts.files.get(keyPath(identity))?.text)
  );
}

/** @param judge what is wrong with a file that is there */
export function fileFindings(facts: PkiFacts, file: PkiFile, judge: (found: FileFacts) => Finding[]): Finding[] {
  const found = facts.files.get(file.path);
  if (!found) return [finding(file, "is missing", file.holds === "authority" ? "reinstall" : "reissue")];
  return [...accessFindings(found, file), ...judge(found)];
}

function accessFindings({ mode, owner, group }: FileFacts, file: PkiFile): Finding[] {
  const [has, should] = [`${mode} ${owner}:${group}`, `${file.mode} root:${file.group}`];
  if (has === should) return [];
  const exposed = file.holds === "key" && /[1-7]$/.test(mode);
  return [finding(file, `is ${has} instead of ${should}`, exposed ? "reissue" : "reinstall")];
}

export function trustFindings(
  file: PkiFile,
  { text }: Pick<FileFacts, "text">,
  trusted: readonly X509Certificate[],
): Finding[] {
  const seen = certificatesIn(text);
  const [current] = trusted;
  if (!current || !seen.some((one) => isSameCertificate(one, current)))
    return [finding(file, "is not the authority's certificate", "reinstall")];
  const isSame = seen.length === trusted.length && seen.every((one, at) => isSameCertificate(one, trusted[at] ?? one));
  return isSame ? [] : [finding(file, "has other authorities than it should", "reinstall")];
}

function contentFindings(
  facts: PkiFacts,
  file: PkiFile,
  { text }: FileFacts,
  rules: CertificateRules,
  authority: X509Certificate,
): Finding[] {
  const identity = file as Identity;
  const certificate = parseCertificate(facts.files.get(certificatePath(identity))?.text);
  if (file.holds === "key") {
    if (isShared(facts, identity)) return [reissue(file, "is libvirt's and QEMU's, who must not have the same")];
    if (!certificate || belongsTo(certificate, text)) return [];
    return [reissue(file, `does not belong to ${certificatePath(identity)}`)];
  }
  if (!certificate) return [reissue(file, "is not a certificate")];
  const { service, role } = identity;
  const names = role === "server" ? serverNames(facts, rules) : [];
  return [
    ...certificateProblems(certificate, { role, subject: subjectOf(service, rules), names, authority }),
    ...lifetimeProblems(certificate, { ...rules, now: facts.clock }),
  ].map((problem) => reissue(file, problem));
}

/** Earlier versions gave QEMU libvirt's keys. */
function isShared({ files }: PkiFacts, { role }: Identity): boolean {
  const [one, other] = services.map((service) => files.get(keyPath({ service, role }))?.text);
  return one !== undefined && one !== "" && one === other;
}

export const reissue = (file: PkiFile, problem: string) => finding(file, problem, "reissue");
export const reinstall = (file: PkiFile, problem: string) => finding(file, problem, "reinstall");
const finding = ({ path, service, role }: PkiFile, problem: string, action: Finding["action"]): Finding => ({
  path,
  service,
  ...(role && { role }),
  problem,
  action,
});
