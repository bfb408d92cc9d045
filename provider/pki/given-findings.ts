/** Pure: how a host differs from what an authority outside has given for it. */
import type { X509Certificate } from "node:crypto";
import { belongsTo, certificatesIn } from "./certificate";
import { type Finding, fileFindings, reinstall, type Trusted, trustFindings } from "./findings";
import {
  type GivenAuthorities,
  type GivenCertificates,
  type IdentityName,
  identityName,
  isSameText,
  pemOf,
} from "./given";
import {
  certificatePath,
  hypervisorFiles,
  type Identity,
  identities,
  keyPath,
  listFiles,
  requestKeyPath,
  type Service,
  services,
} from "./layout";
import type { PkiFacts } from "./observe";
import { givenMark, isOwnFile } from "./ownership";
import { revocationListsIn } from "./revocation-list";

/** Certificates and lists that an authority outside has given for one host. */
export interface GivenHere {
  authorities: Trusted;
  /** The host's certificate first. */
  chains: Readonly<Record<IdentityName, readonly X509Certificate[]>>;
  /** Texts, as they are installed. */
  lists: Readonly<Record<Service, string | undefined>>;
}

/** @param given checked; undefined for a host that has none */
export function givenHere(authorities: GivenAuthorities, given: GivenCertificates | undefined): GivenHere {
  const ofServices = <T>(make: (service: Service) => T) =>
    Object.fromEntries(services.map((service) => [service, make(service)])) as Record<Service, T>;
  return {
    authorities: ofServices((service) => certificatesIn(authorities[service].certificates)),
    lists: ofServices((service) => {
      const text = authorities[service].revocationList;
      return text === undefined ? undefined : `${text.trim()}\n`;
    }),
    chains: Object.fromEntries(
      identities.map((identity) => [identityName(identity), certificatesIn(given?.[identityName(identity)])]),
    ) as unknown as GivenHere["chains"],
  };
}

/** Marks of all files that are installed. */
export const marksOf = ({ authorities, chains, lists }: GivenHere): string[] => [
  ...[...Object.values(authorities), ...Object.values(chains)].flatMap(([first]) => first?.fingerprint256 ?? []),
  ...services.flatMap((service) => (lists[service] === undefined ? [] : [givenMark(lists[service])])),
];

/** Where on the host the key of this certificate is; undefined for one of none of its keys. */
export function keyFor({ files }: PkiFacts, { chains }: GivenHere, identity: Identity): string | undefined {
  const [certificate] = chains[identityName(identity)];
  const places = [keyPath(identity), requestKeyPath(identity)];
  return certificate && places.find((path) => belongsTo(certificate, files.get(path)?.text));
}

export function givenFindings(facts: PkiFacts, given: GivenHere, trusted: Trusted): Finding[] {
  return hypervisorFiles(facts.qemuGroup).flatMap((file) =>
    fileFindings(facts, file, ({ text }) => {
      if (file.holds === "authority") return trustFindings(file, { text }, trusted[file.service]);
      const identity = file as Identity;
      const chain = given.chains[identityName(identity)];
      if (file.holds === "certificate")
        return isSameText(text, pemOf(chain)) ? [] : [reinstall(file, "is not the certificate that was given")];
      const isIts = chain[0] !== undefined && belongsTo(chain[0], text);
      return isIts ? [] : [reinstall(file, "is not the key of the certificate that was given")];
    }),
  );
}

export function listFindings(facts: PkiFacts, lists: GivenHere["lists"]): Finding[] {
  return listFiles.flatMap((file) => {
    const wanted = lists[file.service];
    if (wanted === undefined)
      return isOwnFile(facts, file.path) ? [reinstall(file, "should not be there any more")] : [];
    return fileFindings(facts, file, ({ text }) =>
      givenMark(text) === givenMark(wanted) ? [] : [reinstall(file, "is not the revocation list that was given")],
    ).map((finding) => ({ ...finding, action: "reinstall" as const }));
  });
}

const day = 86_400_000;

/** Ends that are near and that only the program can put off, in phrases that go on from the host's name. */
export function endingSoon(
  { clock }: PkiFacts,
  { authorities, chains, lists }: GivenHere,
  renewBeforeDays: number,
): string[] {
  const isSoon = (time: string) => Date.parse(time) - clock.getTime() <= renewBeforeDays * day;
  const on = (time: string | Date) => new Date(time).toISOString().slice(0, 10);
  return [
    ...identities.flatMap((identity) => {
      const [certificate] = chains[identityName(identity)];
      if (!certificate || !isSoon(certificate.validTo)) return [];
      return `${certificatePath(identity)} ends on ${on(certificate.validTo)}: give a new ${identityName(identity)} in certificates`;
    }),
    ...services.flatMap((service) => [
      ...authorities[service]
        .filter(({ validTo }) => isSoon(validTo))
        .map(
          ({ validTo }) =>
            `a certificate of ${service}'s authority ends on ${on(validTo)}: give a new one in externalAuthority.${service}.certificates`,
        ),
      ...(revocationListsIn(lists[service] ?? "") ?? []).flatMap(({ thisUpdate, nextUpdate }) => {
        const due = nextUpdate && nextUpdate.getTime() - (nextUpdate.getTime() - thisUpdate.getTime()) / 4;
        if (!nextUpdate || !due || due > clock.getTime()) return [];
        return `${service}'s revocation list has to be replaced by ${on(nextUpdate)}: give a new externalAuthority.${service}.revocationList`;
      }),
    ]),
  ];
}

/** Reasons not to begin: given certificates that are good for nothing on this host, in phrases that go on from its name. */
export function givenProblems(facts: PkiFacts, given: GivenHere, name: string): string[] {
  return identities.flatMap((identity) => {
    const its = identityName(identity);
    const [certificate] = given.chains[its];
    const input = `certificates[${JSON.stringify(name)}].${its}`;
    if (!certificate) return [];
    const left = Date.parse(certificate.validTo) - facts.clock.getTime();
    const isEarly = Date.parse(certificate.validFrom) > facts.clock.getTime();
    return [
      ...(keyFor(facts, given, identity) === undefined
        ? [
            `${input} belongs to none of the keys on the host: have ${its} of its requests signed, which a LibvirtTlsRequests with this host makes`,
          ]
        : []),
      ...(left <= 0 || isEarly
        ? [
            `${input} ${isEarly ? "is not valid yet" : "has ended"} by the host's clock, ${facts.clock.toISOString()}: compare the clocks (timedatectl)`,
          ]
        : []),
    ];
  });
}
