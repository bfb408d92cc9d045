/**
 * Pure: every key of libvirtd.conf, virtproxyd.conf and virtqemud.conf, as libvirt 7.0 to 12.5 read them; all that have no
 * `since` are in the oldest of these.
 *
 * @see https://gitlab.com/libvirt/libvirt/-/blob/master/src/remote/libvirtd.conf.in
 */

interface Key {
  /** How its value is written: `1`, `16`, `"text"`, `"16514"`, `["a", "b"]`. */
  kind: "flag" | "number" | "text" | "port" | "list";
  /** About other hosts: only the daemon that they reach reads it. */
  isNetwork?: true;
  /** First release of libvirt that reads it. */
  since?: string;
}

/** Those that a program may set. Their order is that of the lines on hosts, where the first ones have been for long. */
export const keys = {
  listen_tls: { kind: "flag", isNetwork: true },
  listen_tcp: { kind: "flag", isNetwork: true },
  tls_port: { kind: "port", isNetwork: true },
  tcp_port: { kind: "port", isNetwork: true },
  unix_sock_group: { kind: "text" },
  unix_sock_ro_perms: { kind: "text" },
  unix_sock_rw_perms: { kind: "text" },
  auth_unix_ro: { kind: "text" },
  auth_unix_rw: { kind: "text" },
  auth_tcp: { kind: "text", isNetwork: true },
  auth_tls: { kind: "text", isNetwork: true },
  tls_allowed_dn_list: { kind: "list", isNetwork: true },
  listen_addr: { kind: "text", isNetwork: true },
  unix_sock_admin_perms: { kind: "text" },
  tcp_min_ssf: { kind: "number", isNetwork: true, since: "7.10" },
  access_drivers: { kind: "list" },
  tls_no_sanity_certificate: { kind: "flag", isNetwork: true },
  tls_priority: { kind: "text", isNetwork: true },
  sasl_allowed_username_list: { kind: "list" },
  max_clients: { kind: "number" },
  max_queued_clients: { kind: "number" },
  max_anonymous_clients: { kind: "number" },
  min_workers: { kind: "number" },
  max_workers: { kind: "number" },
  prio_workers: { kind: "number" },
  max_client_requests: { kind: "number" },
  admin_min_workers: { kind: "number" },
  admin_max_workers: { kind: "number" },
  admin_max_clients: { kind: "number" },
  admin_max_queued_clients: { kind: "number" },
  admin_max_client_requests: { kind: "number" },
  log_level: { kind: "number" },
  log_filters: { kind: "text" },
  log_outputs: { kind: "text" },
  audit_level: { kind: "number" },
  audit_logging: { kind: "flag" },
  host_uuid_source: { kind: "text" },
  keepalive_interval: { kind: "number" },
  keepalive_count: { kind: "number" },
  admin_keepalive_interval: { kind: "number" },
  admin_keepalive_count: { kind: "number" },
  ovs_timeout: { kind: "number" },
} as const satisfies Record<string, Key>;

export type KeyName = keyof typeof keys;

const ownCertificates = "LibvirtTlsPki puts its certificates where libvirt looks for them by itself";
const unread = "libvirt does not read it any more";

/** Those that no program may set, and why not. */
export const withheldKeys: Readonly<Record<string, string>> = {
  key_file: ownCertificates,
  cert_file: ownCertificates,
  ca_file: ownCertificates,
  crl_file: ownCertificates,
  key_files: ownCertificates,
  cert_files: ownCertificates,
  tls_no_verify_certificate: "whoever reaches the port would be root on the hosts",
  unix_sock_dir: "libvirt's clients look for its sockets in /run/libvirt",
  host_uuid: "no two hosts may have the same one, or no guest moves between them: see hostUuidSource",
  keepalive_required: unread,
  admin_keepalive_required: unread,
};

type CamelCase<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

interface Values {
  flag: boolean;
  number: number;
  text: string;
  port: number;
  list: readonly string[];
}

/** The keys as programs write them: `unix_sock_group` is `unixSockGroup`. */
export type KeyValues = {
  [Name in KeyName as CamelCase<Name>]?: Values[(typeof keys)[Name]["kind"]] | undefined;
};

export const camelCase = (key: string): string => key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** Each key that has a value, with the value as it stands in the file. */
export function written(values: KeyValues): { name: KeyName; key: Key; value: string }[] {
  const byProperty = values as Readonly<Record<string, Values[Key["kind"]] | undefined>>;
  return Object.entries<Key>(keys).flatMap(([name, key]) => {
    const value = byProperty[camelCase(name)];
    return value === undefined ? [] : [{ name: name as KeyName, key, value: printed(value, key) }];
  });
}

function printed(value: Values[Key["kind"]], { kind }: Key): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "object") return `[${value.map(quoted).join(", ")}]`;
  return kind === "number" ? String(value) : quoted(String(value));
}

/** libvirt's strings know no escapes: nothing may end them early. */
function quoted(value: string): string {
  if (/^[^"\\\p{Cc}]*$/u.test(value)) return `"${value}"`;
  throw new RangeError(`${JSON.stringify(value)} cannot be written to a file of libvirt's.`);
}
