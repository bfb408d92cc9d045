/** The private authority: its key is made on the authority's host and is only ever read there. */
import type { X509Certificate } from "node:crypto";
import type { Host } from "../host/host";
import { runScript } from "../host/script";
import { authorityProblems, parseCertificate, pemIn } from "./certificate";
import { CertificateRefused } from "./errors";
import { asidePath, authorityCertificate, authorityKey, authorityPlaces } from "./layout";

interface Order {
  template: string;
  /** Keeps the key, so that all certificates stay good. */
  keepKey: boolean;
  signal: AbortSignal;
}

/** Beside their places, so that they can be looked at before anything is replaced. */
const make = `
  umask 077; key=$1 certificate=$2 template=$3 keep=$4
  work=$(mktemp -d); trap 'rm -rf -- "$work"' EXIT
  quietly() { "$@" > "$work/log" 2>&1 || { tail -n 3 "$work/log" >&2; exit 1; }; }
  printf '%s' "$template" > "$work/template"
  rm -f -- "$key.new" "$certificate.new"
  if [ "$keep" = yes ]; then cat -- "$key" > "$key.new"
  else quietly certtool --generate-privkey --key-type=rsa --bits 3072 --outfile "$key.new"; fi
  quietly certtool --generate-self-signed --load-privkey "$key.new" --template "$work/template" --outfile "$certificate.new"
  quietly certtool --verify --load-ca-certificate "$certificate.new" --infile "$certificate.new"
  certtool --load-privkey "$key.new" --pubkey-info 2>/dev/null | sed -n '/BEGIN PUBLIC/,/END PUBLIC/p'
  cat -- "$certificate.new"`;

const place = `
  key=$1 certificate=$2 suffix=$3; shift 3
  for path in "$@"; do
    if [ -e "$path" ] && [ ! -e "$path$suffix" ]; then cp -a -- "$path" "$path$suffix"; fi
  done
  chown root:root -- "$key.new" "$certificate.new"; chmod 600 -- "$key.new"; chmod 644 -- "$certificate.new"
  sync -- "$key.new" "$certificate.new"
  mv -fT -- "$key.new" "$key"; mv -fT -- "$certificate.new" "$certificate"`;

/** @param order `aside`: files that are kept, to be put back at removal */
export async function makeAuthority(host: Host, order: Order & { aside: readonly string[] }): Promise<X509Certificate> {
  const { template, keepKey, aside, signal } = order;
  const values = [authorityKey, authorityCertificate, template, keepKey ? "yes" : "no"];
  const { stdout } = await runScript(host, make, values, { signal, timeoutMs: 180_000 });
  const certificate = parseCertificate(pemIn(stdout, "CERTIFICATE"));
  const publicKey = pemIn(stdout, "PUBLIC KEY") ?? "";
  const problems = certificate ? authorityProblems(certificate, publicKey) : ["is not a certificate"];
  if (!certificate || problems.length > 0) throw new CertificateRefused(host.label, authorityCertificate, problems);
  await runScript(host, place, [authorityKey, authorityCertificate, asidePath(""), ...aside], { signal });
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

/** Owner and modes of the authority's files, without touching what is in them. */
export async function closeAuthority(host: Host): Promise<void> {
  const words = authorityPlaces.flatMap(({ path, mode }) => [path, mode]);
  await runScript(host, 'while [ $# -gt 0 ]; do chown root:root -- "$1"; chmod -- "$2" "$1"; shift 2; done', words);
}
