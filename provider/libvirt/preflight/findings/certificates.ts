/**
 * Pure: the certificates that a move will use: whether they are there, their dates by the clocks of both hosts, and the name
 * that QEMU looks for. libvirt's names are tried by connecting.
 *
 * @see https://libvirt.org/kbase/tlscerts.html
 */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Finding } from "../../../placement/preflight/finding";
import type { MigrationOptions } from "../../migration/options";
import type { LibvirtFacts } from "../libvirt-facts";

type Side = { name: string } & Pick<LibvirtFacts, "certificates" | "clockAheadMs" | "qemuConf">;

/** @param now by this process's clock. @param tlsName that QEMU expects in the destination's certificate */
export function certificateFindings(
  from: Side,
  to: Side,
  { uri, data }: Pick<MigrationOptions, "uri" | "data">,
  tlsName: string,
  now: number,
): Finding[] {
  const used = [
    ...(uri.startsWith("qemu+tls")
      ? [
          { of: from, path: "/etc/pki/libvirt/clientcert.pem" },
          { of: to, path: "/etc/pki/libvirt/servercert.pem" },
        ]
      : []),
    ...(data === "tls"
      ? [
          { of: from, path: qemuPath(from, "client-cert.pem") },
          { of: to, path: qemuPath(to, "server-cert.pem"), isFor: tlsName },
        ]
      : []),
  ];
  return used.flatMap((one) => (one.path === undefined ? [] : findingsOf({ ...one, path: one.path }, [from, to], now)));
}

/** Where libvirt has QEMU look by default. Another folder in qemu.conf is for LibvirtTlsPki to refuse, and not read here. */
function qemuPath({ certificates, qemuConf }: Side, name: string): string | undefined {
  if (qemuConf.has("migrate_tls_x509_cert_dir") || qemuConf.has("default_tls_x509_cert_dir")) return undefined;
  const own = `/etc/pki/libvirt-migrate/${name}`;
  return certificates.has(own) ? own : `/etc/pki/qemu/${name}`;
}

interface Used {
  of: Side;
  path: string;
  isFor?: string;
}

const renew = "Run `pulumi refresh` and `pulumi up` of its LibvirtTlsPki, or have another one issued.";

function findingsOf({ of, path, isFor }: Used, hosts: readonly Side[], now: number): Finding[] {
  const about = { hostName: of.name, subject: path };
  const pem = of.certificates.get(path);
  if (pem === undefined)
    return [
      {
        ...about,
        code: "certificate-missing",
        seen: `${of.name} has no ${path}, which the move needs.`,
        fix: "A LibvirtTlsPki with both hosts makes it.",
      },
    ];
  const certificate = parsed(pem);
  if (certificate === undefined)
    return [
      {
        ...about,
        code: "certificate-unusable",
        seen: `${path} on ${of.name} is not a certificate.`,
        fix: "A LibvirtTlsPki with both hosts makes one.",
      },
    ];
  const outOfDate = hosts.flatMap((by) => dateFindings(about, of.name, path, certificate, by, now));
  return [
    ...(outOfDate.length > 0 ? outOfDate : endsSoon(about, of.name, path, certificate, now)),
    ...(isFor !== undefined && !hasName(certificate, isFor)
      ? [
          {
            ...about,
            code: "certificate-for-other-names" as const,
            seen: `${path} on ${of.name} is for ${namesOf(certificate)}, and QEMU on the source expects it to be for ${isFor}.`,
            fix: `Put ${of.name} into a LibvirtTlsPki under that name, or name it as its certificate does (Host.address, migration.uri).`,
          },
        ]
      : []),
  ];
}

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** By the clock of a host, as far as it is known. */
function dateFindings(
  about: Pick<Finding, "hostName" | "subject">,
  owner: string,
  path: string,
  { validFrom, validTo }: X509Certificate,
  { name, clockAheadMs }: Side,
  now: number,
): Finding[] {
  const clock = `by the clock of ${name}`;
  if (now + clockAheadMs.atMost < Date.parse(validFrom))
    return [
      {
        ...about,
        code: "certificate-not-yet-valid",
        seen: `${path} on ${owner} is not valid before ${dateOf(validFrom)}, and ${clock} it is ${dateOf(now + clockAheadMs.atMost)}.`,
        fix: "Set the clock (`timedatectl set-ntp true`), or wait.",
      },
    ];
  if (now + clockAheadMs.atLeast > Date.parse(validTo))
    return [
      {
        ...about,
        code: "certificate-expired",
        seen: `${path} on ${owner} was valid until ${dateOf(validTo)}, and ${clock} it is ${dateOf(now + clockAheadMs.atLeast)}.`,
        fix: `${renew} If the clock is wrong, set it (\`timedatectl set-ntp true\`).`,
      },
    ];
  return [];
}

const dayMs = 86_400_000;
const soonDays = 7;

function endsSoon(
  about: Pick<Finding, "hostName" | "subject">,
  owner: string,
  path: string,
  { validTo }: X509Certificate,
  now: number,
): Finding[] {
  if (Date.parse(validTo) - now > soonDays * dayMs) return [];
  return [
    {
      ...about,
      code: "certificate-ends-soon",
      seen: `${path} on ${owner} is valid until ${dateOf(validTo)}: in less than ${soonDays} days nothing moves any more.`,
      fix: renew,
    },
  ];
}

const dateOf = (time: string | number) =>
  new Date(time)
    .toISOString()
    .replace(".000", "")
    .replace(/\.\d+Z/, "Z");

const hasName = (certificate: X509Certificate, name: string): boolean =>
  (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;

const namesOf = ({ subjectAltName, subject }: X509Certificate): string =>
  (subjectAltName ?? subject ?? "nobody").replaceAll("IP Address:", "").replaceAll("DNS:", "");
