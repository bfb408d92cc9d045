/** Inputs of `LibvirtTlsPki`: what libvirtd.conf, systemd's units and certtool's templates can hold, and nothing else. */
import { z } from "zod";
import { withDefaultSettings } from "../../libvirt/daemon/settings";
import {
  authorityInputProblems,
  certificateInputProblems,
  type GivenAuthorities,
  type GivenCertificates,
  type GivenProblem,
} from "../../pki/given";
import { connections, hasDistinctAddresses, namedConnectionInput, text } from "../shared/inputs";
import { organization } from "../shared/tls-inputs";
import { libvirtdInput } from "./libvirtd-inputs";

const days = (what: string) =>
  z.int(`must be a whole number of days: ${what}`).min(1, "must be 1 at least").max(36_500, "must be 36500 at most");

/** What is in them is judged together, where all of it is known. */
const pem = (what: string) =>
  z.string(`must be text: ${what} in PEM`).max(100_000, "must have 100000 characters at most");
const givenAuthority = z.strictObject(
  { certificates: pem("certificates"), revocationList: pem("a revocation list").optional() },
  "must have certificates, and may have a revocationList",
);
const givenCertificates = z.strictObject(
  {
    libvirtServer: pem("a certificate"),
    libvirtClient: pem("a certificate"),
    qemuServer: pem("a certificate"),
    qemuClient: pem("a certificate"),
  },
  "must be the four certificates of a host",
);

export const pkiSchema = z
  .strictObject({
    authority: namedConnectionInput.optional(),
    externalAuthority: z
      .strictObject({ libvirt: givenAuthority, qemu: givenAuthority }, "must have libvirt and qemu")
      .optional(),
    certificates: z.record(z.string(), givenCertificates, "must be certificates by the hosts' names").optional(),
    hosts: connections.refine((hosts) => Object.keys(hosts).length > 0, "must have a Host"),
    organization,
    validityDays: days("for certificates").default(825),
    authorityValidityDays: days("for the authority").default(3650),
    authorityGeneration: z.int("must be a whole number").min(1, "must be 1 at least").max(100_000).default(1),
    renewBeforeDays: z.int("must be a whole number of days").min(0, "must not be negative").default(30),
    keyType: z.literal("RSA 3072", "must be RSA 3072: libvirt before 11.6 supports no other").default("RSA 3072"),
    allowedDns: z
      .array(
        text("a distinguished name")
          .max(500)
          .regex(/^[^"\p{Cc}]+$/u, "must not have quotes or control characters"),
      )
      .optional(),
    libvirtd: libvirtdInput.default({}),
    adopt: z.boolean("must be true or false").default(false),
  })
  .check(({ value, issues }) => {
    const problem = (path: string[], message: string) =>
      void issues.push({ code: "custom", path, message, input: value });
    const { validityDays, authorityValidityDays, renewBeforeDays, hosts } = value;
    for (const { path, reason } of authorityProblems(value)) problem(path, reason);
    const libvirtd = withDefaultSettings(value.libvirtd);
    if (renewBeforeDays >= Math.min(validityDays, authorityValidityDays))
      problem(["renewBeforeDays"], "must be less than validityDays and authorityValidityDays");
    if (authorityValidityDays < validityDays) problem(["authorityValidityDays"], "must not be less than validityDays");
    if (libvirtd.listenTls && libvirtd.listenTcp && libvirtd.tlsPort === libvirtd.tcpPort)
      problem(["libvirtd", "tcpPort"], "must not be the same as tlsPort");
    if (!hasDistinctAddresses(hosts)) problem(["hosts"], "must not name an address twice");
  });

interface AuthorityInputs {
  authority?: unknown;
  externalAuthority?: GivenAuthorities | undefined;
  certificates?: Record<string, GivenCertificates> | undefined;
  hosts: Record<string, { address: string }>;
}

/** One authority or the other, and certificates of the latter: by the clock of the machine that runs the program. */
function authorityProblems({ authority, externalAuthority, certificates, hosts }: AuthorityInputs): GivenProblem[] {
  const at = (path: string, reason: string): GivenProblem => ({ path: [path], reason });
  if (!externalAuthority)
    return [
      ...(authority ? [] : [at("authority", "is missing: give a Host, or externalAuthority with its certificates")]),
      ...(certificates ? [at("certificates", "are those of an externalAuthority, which is missing")] : []),
    ];
  const now = new Date();
  const under = (input: string, problems: GivenProblem[]) =>
    problems.map(({ path, reason }) => ({ path: [input, ...path], reason }));
  const addresses = Object.fromEntries(Object.entries(hosts).map(([name, { address }]) => [name, address]));
  return [
    ...(authority ? [at("authority", "must not be given beside externalAuthority: there is one authority")] : []),
    ...under("externalAuthority", authorityInputProblems(externalAuthority, now)),
    ...(certificates
      ? under("certificates", certificateInputProblems(certificates, addresses, externalAuthority, now))
      : [at("certificates", "is missing: externalAuthority's certificates of all hosts, by their names")]),
  ];
}
