/** Pure: how a host's certificates and keys differ from what they have to be. */
import type { X509Certificate } from "node:crypto";
import {
  authorityProblems,
  belongsTo,
  certificateProblems,
  isOurs,
  type Lifetime,
  lifetimeProblems,
  parseCertificate,
  unified,
} from "./certificate";
import type { PkiFacts, SeenFile } from "./inspect";
import {
  allPaths,
  authorityCertificate,
  authorityKey,
  authorityPlaces,
  certificatePath,
  hypervisorPlaces,
  keyPath,
  type Place,
  type Role,
} from "./layout";
import type { Subject } from "./template";

export interface Finding {
  path: string;
  role?: Role;
  /** In words that go on from the path. */
  words: string;
  /** `issue`: a new certificate is due; `place`: what there is has to be put there again. */
  cure: "issue" | "place";
}

export interface Rules {
  organization: string;
  /** How the others reach the host. */
  address: string;
  validityDays: number;
  renewBeforeDays: number;
}

export const subjectOf = (facts: PkiFacts, { organization, address }: Rules): Subject => ({
  organization,
  commonName: hostNames(facts, address)[0] ?? address,
});

/** What a server's certificate is good for: the address that is connected to, and the host's own name. */
export function serverNames(facts: PkiFacts, { address }: Pick<Rules, "address">): string[] {
  return [...new Set([...hostNames(facts, address), unified(address)])];
}

/** A name that certificates can hold, and that is not every machine's. */
function hostNames({ hostname }: PkiFacts, address: string): string[] {
  const usable = /^(?!localhost(\.|$))[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i.test(hostname);
  return usable ? [unified(hostname)] : [unified(address)];
}

export function hypervisorFindings(facts: PkiFacts, rules: Rules, authority: X509Certificate): Finding[] {
  return hypervisorPlaces(facts.qemuGroup).flatMap((place) =>
    placeFindings(facts, place, (file) => contentFindings(facts, place, file, rules, authority)),
  );
}

export function authorityFindings(facts: PkiFacts, lifetime: Omit<Lifetime, "now">): Finding[] {
  const publicKey = facts.files.get(authorityKey)?.text ?? "";
  return authorityPlaces.flatMap((place) =>
    placeFindings(facts, place, ({ text }) => {
      if (place.holds === "key") return text ? [] : [issue(place, "cannot be read as a key")];
      const certificate = parseCertificate(text);
      if (!certificate) return [issue(place, "is not a certificate")];
      const expiry = lifetimeProblems(certificate, { ...lifetime, now: facts.clock });
      return [...authorityProblems(certificate, publicKey), ...expiry].map((words) => issue(place, words));
    }),
  );
}

/** Whether a key may stay when its certificate is renewed: it was certified by us, and nobody else could read it. */
export function keyIsSound(facts: PkiFacts, role: Role, findings: readonly Finding[]): boolean {
  const certificate = parseCertificate(facts.files.get(certificatePath(role))?.text);
  const suspect = findings.some((one) => one.role === role && one.path.endsWith("key.pem") && one.cure === "issue");
  return (
    !suspect && isOurs(certificate) && belongsTo(certificate as X509Certificate, facts.files.get(keyPath(role))?.text)
  );
}

/** Files at our places that nothing marks as ours. A key is whose its certificate is. */
export function foreignFiles({ files }: PkiFacts, paths: readonly string[] = allPaths): string[] {
  return paths.filter((path) => files.has(path) && !isOurs(parseCertificate(files.get(certificateOf(path))?.text)));
}

export const certificateOf = (path: string) =>
  path === authorityKey ? authorityCertificate : path.replace("private/", "").replace(/key\.pem$/, "cert.pem");

function placeFindings(facts: PkiFacts, place: Place, judge: (file: SeenFile) => Finding[]): Finding[] {
  const file = facts.files.get(place.path);
  if (!file) return [finding(place, "is missing", place.holds === "authority" || isQemus(place) ? "place" : "issue")];
  return [...accessFindings(file, place), ...judge(file)];
}

function accessFindings({ mode, owner, group }: SeenFile, place: Place): Finding[] {
  const [has, should] = [`${mode} ${owner}:${group}`, `${place.mode} root:${place.group}`];
  if (has === should) return [];
  const exposed = place.holds === "key" && /[1-7]$/.test(mode);
  return [finding(place, `is ${has} instead of ${should}`, exposed ? "issue" : "place")];
}

function contentFindings(
  facts: PkiFacts,
  place: Place,
  { text }: SeenFile,
  rules: Rules,
  authority: X509Certificate,
): Finding[] {
  const { role } = place;
  if (place.holds === "authority") {
    const same = parseCertificate(text)?.fingerprint256 === authority.fingerprint256;
    return same ? [] : [finding(place, "is not the authority's certificate", "place")];
  }
  const own = facts.files.get(certificatePath(role as Role))?.text;
  if (place.holds === "certificate" && place.path !== certificatePath(role as Role))
    return text === own ? [] : [finding(place, `differs from ${certificatePath(role as Role)}`, "place")];
  if (place.holds === "key") {
    const certificate = parseCertificate(own);
    if (!certificate || belongsTo(certificate, text)) return [];
    return [finding(place, `does not belong to ${certificatePath(role as Role)}`, isQemus(place) ? "place" : "issue")];
  }
  const certificate = parseCertificate(text);
  if (!certificate) return [issue(place, "is not a certificate")];
  const names = role === "server" ? serverNames(facts, rules) : [];
  return [
    ...certificateProblems(certificate, { role: role as Role, subject: subjectOf(facts, rules), names, authority }),
    ...lifetimeProblems(certificate, { ...rules, now: facts.clock }),
  ].map((words) => issue(place, words));
}

const isQemus = ({ path }: Place) => path.startsWith("/etc/pki/qemu/");
const issue = (place: Place, words: string) => finding(place, words, "issue");
const finding = ({ path, role }: Place, words: string, cure: Finding["cure"]): Finding => ({
  path,
  ...(role && { role }),
  words,
  cure,
});
