/** The private authority: its key is made on the authority's host and is only ever read there. */
import type { X509Certificate } from "node:crypto";
import type { Host } from "../host/host";
import { runScript } from "../host/script";
import { authorityProblems, parseCertificate } from "./certificate";
import { CertificateRefused } from "./errors";
import { asidePath, authorityCertificate, authorityKey, authorityPlaces } from "./layout";

interface Order {
  template: string;
  /** Keeps the key, so that all certificates stay good. */
  keepKey: boolean;
  signal: AbortSignal;
}

const make = `
  umask 077; key=$1 certificate=$2 template=$3 keep=$4 suffix=$5; shift 5
  work=$(mktemp -d); trap 'rm -rf -- "$work"' EXIT
  printf '%s' "$template" > "$work/template"
  fresh=$key
  if [ "$keep" = no ]; then
    fresh=$key.new; rm -f -- "$fresh"
    certtool --generate-privkey --key-type=rsa --bits 3072 --outfile "$fresh" > "$work/log" 2>&1 || { cat "$work/log" | tail -n 3 >&2; exit 1; }
  fi
  certtool --generate-self-signed --load-privkey "$fresh" --template "$work/template" --outfile "$work/certificate" > "$work/log" 2>&1 ||
    { tail -n 3 "$work/log" >&2; exit 1; }
  certtool --verify --load-ca-certificate "$work/certificate" --infile "$work/certificate" > "$work/log" 2>&1 ||
    { tail -n 3 "$work/log" >&2; exit 1; }
  certtool --load-privkey "$fresh" --pubkey-info 2>/dev/null | sed -n '/BEGIN PUBLIC/,/END PUBLIC/p'
  cat "$work/certificate"
  for path in "$@"; do
    if [ -e "$path" ] && [ ! -e "$path$suffix" ]; then cp -a -- "$path" "$path$suffix"; fi
  done
  chmod 600 "$fresh"; chown root:root "$fresh"
  [ "$keep" = yes ] || { sync -- "$fresh"; mv -fT -- "$fresh" "$key"; }
  : > "$certificate.new"; chmod 644 "$certificate.new"; cat "$work/certificate" > "$certificate.new"
  sync -- "$certificate.new"; mv -fT -- "$certificate.new" "$certificate"`;

/** @param order `aside`: files that are kept, to be put back at removal */
export async function makeAuthority(host: Host, order: Order & { aside: readonly string[] }): Promise<X509Certificate> {
  const { template, keepKey, aside, signal } = order;
  const values = [authorityKey, authorityCertificate, template, keepKey ? "yes" : "no", asidePath(""), ...aside];
  const { stdout } = await runScript(host, make, values, { signal, timeoutMs: 180_000 });
  const certificate = parseCertificate(pemIn(stdout, "CERTIFICATE"));
  const problems = certificate
    ? authorityProblems(certificate, pemIn(stdout, "PUBLIC KEY") ?? "")
    : ["is not a certificate"];
  if (!certificate || problems.length > 0) throw new CertificateRefused(host.label, authorityCertificate, problems);
  return certificate;
}

const sign = `
  umask 077; key=$1 authority=$2 template=$3
  work=$(mktemp -d); trap 'rm -rf -- "$work"' EXIT
  printf '%s' "$template" > "$work/template"
  cat > "$work/request"
  certtool --generate-certificate --load-request "$work/request" --template "$work/template" --load-ca-certificate "$authority" \\
    --load-ca-privkey "$key" --outfile "$work/certificate" > "$work/log" 2>&1 || { tail -n 3 "$work/log" >&2; exit 1; }
  certtool --verify --load-ca-certificate "$authority" --infile "$work/certificate" > "$work/log" 2>&1 ||
    { tail -n 3 "$work/log" >&2; exit 1; }
  cat "$work/certificate"`;

/** @returns the certificate in PEM */
export async function signRequest(host: Host, request: string, template: string, signal: AbortSignal): Promise<string> {
  const values = [authorityKey, authorityCertificate, template];
  return (await runScript(host, sign, values, { input: request, signal, timeoutMs: 180_000 })).stdout;
}

/** Pure: the first block of that kind. */
export function pemIn(text: string, kind: string): string | undefined {
  return new RegExp(`-----BEGIN ${kind}-----[sS]*?-----END ${kind}-----\n?`).exec(text)?.[0];
}

/** Owner and modes of the authority's files, without touching what is in them. */
export async function closeAuthority(host: Host): Promise<void> {
  const words = authorityPlaces.flatMap(({ path, mode }) => [path, mode]);
  await runScript(host, 'while [ $# -gt 0 ]; do chown root:root -- "$1"; chmod -- "$2" "$1"; shift 2; done', words);
}
