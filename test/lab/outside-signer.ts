/** An authority outside: certtool in a folder of a host, which knows nothing of the provider but requests. */
import type { LabHost } from "../../lab/lab-host";

const folder = "/root/outside";
type Signer = "libvirt" | "qemu" | "stranger";
interface Order {
  request: string;
  role: "server" | "client";
  names?: readonly string[];
  /** @default 90 */
  days?: number;
  /** Further lines of certtool's template. */
  more?: readonly string[];
}

/** Makes the authorities: an intermediate one each, of the same root. */
export async function openSigners(host: LabHost): Promise<void> {
  await host.script(
    `rm -rf "$1"; mkdir "$1"; cd "$1"
     for name in root libvirt qemu stranger; do
       printf 'cn = "Example %s CA"\\norganization = Example\\nca\\ncert_signing_key\\ncrl_signing_key\\nexpiration_days = 300\\n' $name > $name.template
       certtool --generate-privkey --key-type=rsa --bits 2048 --outfile $name.key
     done 2> /dev/null
     certtool --generate-self-signed --load-privkey root.key --template root.template --outfile root.pem 2> /dev/null
     for name in libvirt qemu stranger; do
       certtool --generate-certificate --load-privkey $name.key --template $name.template --outfile $name.pem \\
         --load-ca-certificate root.pem --load-ca-privkey root.key 2> /dev/null
     done`,
    folder,
  );
}

export const closeSigners = (host: LabHost) => host.exec(["rm", "-rf", folder]);

export const signerCertificate = async (host: LabHost, signer: Signer): Promise<string> =>
  (await host.exec(["cat", `${folder}/${signer}.pem`])).stdout;

/** @returns certificates in the order of the requests */
export async function sign(host: LabHost, signer: Signer, orders: readonly Order[]): Promise<string[]> {
  const values = orders.flatMap(({ request, role, names = [], days = 90, more = [] }) => {
    const named = names.map((name) => `${/^[\d.]+$/.test(name) ? "ip_address" : "dns_name"} = "${name}"`);
    const lines = [...named, `tls_www_${role}`, "signing_key", "encryption_key", ...more];
    const validity = more.some((line) => line.startsWith("expiration_date")) ? [] : [`expiration_days = ${days}`];
    return [request, `${[...lines, ...validity].join("\n")}\n`];
  });
  const { stdout } = await host.script(
    `cd "$1"; signer=$2; shift 2
     while [ $# -gt 0 ]; do
       printf '%s' "$1" > request; printf '%s' "$2" > template
       certtool --generate-certificate --load-request request --template template --outfile certificate \\
         --load-ca-certificate $signer.pem --load-ca-privkey $signer.key 2> /dev/null
       cat certificate; shift 2
     done`,
    ...[folder, signer, ...values],
  );
  return stdout.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? [];
}

/** @param revoked certificates in PEM */
export async function revocationList(host: LabHost, signer: Signer, revoked: readonly string[]): Promise<string> {
  const { stdout } = await host.script(
    `cd "$1"; printf 'crl_next_update = 30\\n' > list.template; printf '%s' "$3" > revoked
     set -- "$2" "$3"
     if [ -n "$2" ]; then set -- "$1" "$2" --load-certificate revoked; fi
     name=$1; shift 2
     certtool --generate-crl "$@" --load-ca-certificate $name.pem --load-ca-privkey $name.key --template list.template --outfile list 2> /dev/null
     cat list`,
    ...[folder, signer, revoked.join("")],
  );
  return stdout;
}

/** Certificates of a host, or its requests. */
export type Four = Record<"libvirtServer" | "libvirtClient" | "qemuServer" | "qemuClient", string>;
export interface Terms {
  names?: (host: LabHost) => string[];
  days?: number;
  more?: string[];
  signer?: Signer;
}

/** Certificates of all requests. A signer may add names, as here that of the host. */
export async function signRequests(
  at: LabHost,
  hosts: readonly LabHost[],
  requests: Readonly<Record<string, Four>>,
  { names = ({ name, address }) => [name, address], signer, ...terms }: Terms = {},
) {
  const all: Record<string, Four> = {};
  for (const host of hosts) {
    const its = requests[host.name] as Four;
    const order = (request: string, role: "server" | "client") => ({
      ...{ request, role, ...terms },
      names: role === "server" ? names(host) : [],
    });
    const pair = (service: "libvirt" | "qemu") =>
      sign(at, signer ?? service, [order(its[`${service}Server`], "server"), order(its[`${service}Client`], "client")]);
    const [libvirtServer = "", libvirtClient = ""] = await pair("libvirt");
    const [qemuServer = "", qemuClient = ""] = await pair("qemu");
    all[host.name] = { libvirtServer, libvirtClient, qemuServer, qemuClient };
  }
  return all;
}
