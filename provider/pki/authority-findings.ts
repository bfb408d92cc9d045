/** Pure: how the two authorities differ from what they have to be, and which authorities the hosts have to take meanwhile. */
import type { X509Certificate } from "node:crypto";
import { parseBaseline } from "./baseline";
import {
  authorityProblems,
  certificatesIn,
  isSameCertificate,
  isSignedBy,
  lifetimeProblems,
  parseCertificate,
} from "./certificate";
import { type Finding, fileFindings, reissue, type Trusted } from "./findings";
import {
  authorityCertificate,
  authorityFiles,
  authorityKey,
  certificatePath,
  type Identity,
  type Service,
  services,
  trustPath,
} from "./layout";
import type { PkiFacts } from "./observe";

export interface AuthorityRules {
  organization: string;
  /** Raised by the program to have both made anew. */
  generation: number;
  validityDays: number;
  renewBeforeDays: number;
}

export function authorityFindings(facts: PkiFacts, service: Service, rules: AuthorityRules): Finding[] {
  const publicKey = facts.files.get(authorityKey(service))?.text ?? "";
  const files = authorityFiles.filter((file) => file.service === service);
  return files.flatMap((file) =>
    fileFindings(facts, file, ({ text }) => {
      if (file.holds === "key")
        return keyProblems(facts, service, text, rules).map((problem) => reissue(file, problem));
      const certificate = parseCertificate(text);
      if (!certificate) return [reissue(file, "is not a certificate")];
      const expiry = lifetimeProblems(certificate, { ...rules, now: facts.clock });
      return [...authorityProblems(certificate, publicKey), ...expiry].map((problem) => reissue(file, problem));
    }),
  );
}

/** Reasons to have a new key, and with it an authority that the old one's certificates mean nothing to. */
function keyProblems(facts: PkiFacts, service: Service, publicKey: string, { generation }: AuthorityRules): string[] {
  const certificate = authorityIn(facts, service);
  const present = certificate ? generationOf(certificate) : generation;
  return [
    ...(publicKey ? [] : ["cannot be read as a key"]),
    ...(present === generation ? [] : [`is of generation ${present} instead of ${generation}`]),
    ...(service === "qemu" && facts.renewalPending ? ["has certified a host that is no longer one of the hosts"] : []),
  ];
}

/** The first has no number. */
const generationOf = ({ subject }: X509Certificate) => Number(/ authority(?: (\d{1,9}))?$/.exec(subject)?.[1] ?? 1);

export const authorityIn = (facts: PkiFacts, service: Service): X509Certificate | undefined =>
  parseCertificate(facts.files.get(authorityCertificate(service))?.text);

/**
 * The authorities that every host has to take: the present ones, and with `meanwhile` those earlier ones that have signed
 * a certificate that some member still shows. So nobody is shut out while all get certificates of another authority.
 *
 * Which were earlier ones, the authorities' host remembers, and the members as far as all of them take them: no single
 * host has a say in whom others take.
 *
 * @param at what the authorities' host has; undefined for an authority outside
 */
export function trustedBy(
  at: PkiFacts | undefined,
  members: readonly PkiFacts[],
  current: Trusted,
  meanwhile: boolean,
): Trusted {
  if (!meanwhile) return current;
  const remembered = services.flatMap((service) => certificatesIn(at?.files.get(authorityCertificate(service))?.text));
  const known = [...remembered, ...services.flatMap((service) => takenByAll(members, service))];
  return Object.fromEntries(
    services.map((service) => {
      const shown = members.flatMap((facts) => shownBy(facts, service));
      const others = known.filter(
        (one, index) =>
          !current[service].some((its) => isSameCertificate(one, its)) &&
          known.findIndex((same) => isSameCertificate(same, one)) === index &&
          shown.some((certificate) => isSignedBy(certificate, one)),
      );
      return [service, [...current[service], ...others]];
    }),
  ) as unknown as Trusted;
}

/** Authorities that all hosts take that are members already: one that comes in takes nobody yet. */
function takenByAll(members: readonly PkiFacts[], service: Service): X509Certificate[] {
  const taken = members
    .filter(({ baseline }) => parseBaseline(baseline) !== undefined)
    .map(({ files }) => certificatesIn(files.get(trustPath(service))?.text))
    .filter((certificates) => certificates.length > 0);
  const [first = [], ...others] = taken;
  return first.filter((one) => others.every((its) => its.some((other) => isSameCertificate(one, other))));
}

const shownBy = ({ files }: PkiFacts, service: Service): X509Certificate[] =>
  (["server", "client"] as const satisfies Identity["role"][]).flatMap(
    (role) => parseCertificate(files.get(certificatePath({ service, role }))?.text) ?? [],
  );

/** Files of the authorities' host that still hold earlier ones, with the present one's certificate. */
export const withEarlier = ({ files }: PkiFacts): { path: string; certificate: X509Certificate }[] =>
  services.flatMap((service) => {
    const path = authorityCertificate(service);
    const [certificate, ...earlier] = certificatesIn(files.get(path)?.text);
    return certificate && earlier.length > 0 ? [{ path, certificate }] : [];
  });
