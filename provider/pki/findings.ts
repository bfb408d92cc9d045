/** Pure: how a host's certificates and keys differ from what they have to be. */
import type { X509Certificate } from "node:crypto";
import {
  authorityProblems,
  belongsTo,
  canonicalName,
  certificateProblems,
  isOwnCertificate,
  type Lifetime,
  lifetimeProblems,
  parseCertificate,
} from "./certificate";
import {
  allPaths,
  authorityCertificate,
  authorityFiles,
  authorityKey,
  certificatePath,
  hypervisorFiles,
  keyPath,
  type PkiFile,
  type Role,
} from "./layout";
import type { FileFacts, PkiFacts } from "./observe";
import type { Subject } from "./template";

export interface Finding {
  path: string;
  role?: Role;
  /** A phrase that follows the path, e.g. `is missing`. */
  problem: string;
  /** `reissue`: make a new certificate; `reinstall`: write the file again from what there is. */
  action: "reissue" | "reinstall";
}

export interface CertificateRules {
  organization: string;
  /** Address at which the other hosts reach it. */
  address: string;
  validityDays: number;
  renewBeforeDays: number;
}

export const subjectOf = (facts: PkiFacts, { organization, address }: CertificateRules): Subject => ({
  organization,
  commonName: hostNames(facts, address)[0] ?? address,
});

/** Names in a server's certificate: the address that clients connect to, and the host's own name. */
export function serverNames(facts: PkiFacts, { address }: Pick<CertificateRules, "address">): string[] {
  return [...new Set([...hostNames(facts, address), canonicalName(address)])];
}

/** The host's own name if certificates can hold it and it is not every machine's; else its address. */
function hostNames({ hostname }: PkiFacts, address: string): string[] {
  const usable = /^(?!localhost(\.|$))[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i.test(hostname);
  return usable ? [canonicalName(hostname)] : [canonicalName(address)];
}

export function hypervisorFindings(facts: PkiFacts, rules: CertificateRules, authority: X509Certificate): Finding[] {
  return hypervisorFiles(facts.qemuGroup).flatMap((file) =>
    fileFindings(facts, file, (found) => contentFindings(facts, file, found, rules, authority)),
  );
}

export function authorityFindings(facts: PkiFacts, lifetime: Omit<Lifetime, "now">): Finding[] {
  const publicKey = facts.files.get(authorityKey)?.text ?? "";
  return authorityFiles.flatMap((file) =>
    fileFindings(facts, file, ({ text }) => {
      if (file.holds === "key") return text ? [] : [reissue(file, "cannot be read as a key")];
      const certificate = parseCertificate(text);
      if (!certificate) return [reissue(file, "is not a certificate")];
      const expiry = lifetimeProblems(certificate, { ...lifetime, now: facts.clock });
      return [...authorityProblems(certificate, publicKey), ...expiry].map((problem) => reissue(file, problem));
    }),
  );
}

/** A key may stay when its certificate is renewed: if the authority has certified it, and nobody else could read it. */
export function isKeyReusable(facts: PkiFacts, role: Role, findings: readonly Finding[]): boolean {
  const certificate = parseCertificate(facts.files.get(certificatePath(role))?.text);
  const suspect = findings.some((one) => one.role === role && one.path.endsWith("key.pem") && one.action === "reissue");
  return (
    !suspect &&
    isOwnCertificate(certificate) &&
    belongsTo(certificate as X509Certificate, facts.files.get(keyPath(role))?.text)
  );
}

/** Files at our paths that nothing marks as ours. A key belongs to the owner of its certificate. */
export function foreignFiles({ files }: PkiFacts, paths: readonly string[] = allPaths): string[] {
  return paths.filter(
    (path) => files.has(path) && !isOwnCertificate(parseCertificate(files.get(certificateOf(path))?.text)),
  );
}

export const certificateOf = (path: string) =>
  path === authorityKey ? authorityCertificate : path.replace("private/", "").replace(/key\.pem$/, "cert.pem");

function fileFindings(facts: PkiFacts, file: PkiFile, judge: (found: FileFacts) => Finding[]): Finding[] {
  const found = facts.files.get(file.path);
  if (!found)
    return [finding(file, "is missing", file.holds === "authority" || isQemus(file) ? "reinstall" : "reissue")];
  return [...accessFindings(found, file), ...judge(found)];
}

function accessFindings({ mode, owner, group }: FileFacts, file: PkiFile): Finding[] {
  const [has, should] = [`${mode} ${owner}:${group}`, `${file.mode} root:${file.group}`];
  if (has === should) return [];
  const exposed = file.holds === "key" && /[1-7]$/.test(mode);
  return [finding(file, `is ${has} instead of ${should}`, exposed ? "reissue" : "reinstall")];
}

function contentFindings(
  facts: PkiFacts,
  file: PkiFile,
  { text }: FileFacts,
  rules: CertificateRules,
  authority: X509Certificate,
): Finding[] {
  const { role } = file;
  if (file.holds === "authority") {
    const same = parseCertificate(text)?.fingerprint256 === authority.fingerprint256;
    return same ? [] : [finding(file, "is not the authority's certificate", "reinstall")];
  }
  const own = facts.files.get(certificatePath(role as Role))?.text;
  if (file.holds === "certificate" && file.path !== certificatePath(role as Role))
    return text === own ? [] : [finding(file, `differs from ${certificatePath(role as Role)}`, "reinstall")];
  if (file.holds === "key") {
    const certificate = parseCertificate(own);
    if (!certificate || belongsTo(certificate, text)) return [];
    return [
      finding(file, `does not belong to ${certificatePath(role as Role)}`, isQemus(file) ? "reinstall" : "reissue"),
    ];
  }
  const certificate = parseCertificate(text);
  if (!certificate) return [reissue(file, "is not a certificate")];
  const names = role === "server" ? serverNames(facts, rules) : [];
  return [
    ...certificateProblems(certificate, { role: role as Role, subject: subjectOf(facts, rules), names, authority }),
    ...lifetimeProblems(certificate, { ...rules, now: facts.clock }),
  ].map((problem) => reissue(file, problem));
}

const isQemus = ({ path }: PkiFile) => path.startsWith("/etc/pki/qemu/");
const reissue = (file: PkiFile, problem: string) => finding(file, problem, "reissue");
const finding = ({ path, role }: PkiFile, problem: string, action: Finding["action"]): Finding => ({
  path,
  ...(role && { role }),
  problem,
  action,
});
