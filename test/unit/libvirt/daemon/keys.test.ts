/** Keys that libvirt's sources read: 7.0.0, 9.0.0 and 11.3.0 from remote_daemon_config.c, 12.5.0 from libvirtd.conf.in. */

import { modular, monolithic } from "../../../../provider/libvirt/daemon/flavours";
import { camelCase, type KeyName, keys, withheldKeys, written } from "../../../../provider/libvirt/daemon/keys";
import {
  confSettings,
  dropIns,
  hasNewKeys,
  unknownKeys,
  withDefaultSettings,
} from "../../../../provider/libvirt/daemon/settings";
import { libvirtdInput } from "../../../../provider/resources/libvirt-tls-pki/libvirtd-inputs";
import { isAtLeast } from "../../../../provider/util/version";
import { fixture } from "../../../fixtures/read";

const sources: { read: Record<string, string[]>; network: string[] } = JSON.parse(fixture("libvirtd-keys.json"));
const known = Object.entries<(typeof keys)[KeyName] & { since?: string; isNetwork?: true }>(keys);
const unread = ["keepalive_required", "admin_keepalive_required"]; // in libvirtd.conf.in alone, as such

test.each(Object.entries(sources.read))(
  "every key of libvirt %s may be set, or is withheld with a reason",
  (version, read) => {
    const settable = known.flatMap(([name, { since = "0" }]) => (isAtLeast(version, since) ? [name] : []));
    const withheld = Object.keys(withheldKeys).filter((name) => read.includes(name) || unread.includes(name));
    expect([...settable, ...withheld].sort()).toEqual([...read, ...unread].sort());
  },
);

test("no other key is withheld", () => {
  const all = new Set([...Object.values(sources.read).flat(), ...unread]);
  expect(Object.keys(withheldKeys).filter((name) => !all.has(name))).toEqual([]);
});

test("what is about the network is what libvirt cuts from the files of the other daemons", () => {
  const network = known.flatMap(([name, { isNetwork }]) => (isNetwork ? [name] : []));
  expect([...network, ...Object.keys(withheldKeys)].sort()).toEqual(expect.arrayContaining(sources.network));
  expect(network.filter((name) => !sources.network.includes(name))).toEqual([]);
});

test("the input has each key by its own name; allowedDns beside it is tls_allowed_dn_list", () => {
  const names = known.map(([name]) => camelCase(name)).filter((name) => name !== "tlsAllowedDnList");
  expect(Object.keys(libvirtdInput.shape).sort()).toEqual(names.sort());
});

test("each kind of value as libvirt writes it", () => {
  const values = {
    listenTls: false,
    tlsPort: 1,
    maxClients: 0,
    keepaliveInterval: -1,
    unixSockGroup: "a",
    accessDrivers: ["polkit", "nop"],
  };
  expect(written(values).map(({ name, value }) => `${name} = ${value}`)).toEqual([
    "listen_tls = 0",
    'tls_port = "1"',
    'unix_sock_group = "a"',
    'access_drivers = ["polkit", "nop"]',
    "max_clients = 0",
    "keepalive_interval = -1",
  ]);
});

test("a daemon without a network gets what is not about it", () => {
  const settings = withDefaultSettings({
    tcpMinSsf: 112,
    authTcp: "sasl",
    saslAllowedUsernameList: ["a"],
    logLevel: 2,
    hostUuidSource: "machine-id",
  });
  const [proxy, qemu] = modular.daemons.map((daemon) => confSettings(settings, daemon).map(([name]) => name));
  expect(qemu).toEqual(["sasl_allowed_username_list", "log_level", "host_uuid_source"]);
  expect(proxy).toEqual(expect.arrayContaining(["listen_tls", "tcp_min_ssf", "auth_tcp", ...(qemu ?? [])]));
});

test("what systemd decides is told to systemd", () => {
  const [libvirtd] = monolithic.daemons;
  const all = dropIns(withDefaultSettings({ listenAddr: "::", tcpPort: 17_000, unixSockAdminPerms: "0700" }), libvirtd);
  expect(all.get("libvirtd-tls.socket")).toMatch(/\nListenStream=\nListenStream=\[::\]:16514\n$/);
  expect(all.get("libvirtd-tcp.socket")).toMatch(/\nListenStream=\nListenStream=\[::\]:17000\n$/);
  expect(all.get("libvirtd-admin.socket")).toMatch(/\nSocketMode=0700\n$/);
  expect(dropIns(withDefaultSettings({ listenAddr: "0.0.0.0" }), libvirtd).get("libvirtd-tls.socket")).toMatch(
    /ListenStream=0\.0\.0\.0:16514/,
  );
});

test("a libvirt that would pass over a key in silence is refused, by the key", () => {
  const settings = withDefaultSettings({ tcpMinSsf: 112, maxClients: 5 });
  expect(hasNewKeys(settings)).toBe(true);
  expect(hasNewKeys(withDefaultSettings({ maxClients: 5 }))).toBe(false);
  expect(unknownKeys(settings, "8.0.0")).toEqual([]);
  expect(unknownKeys(settings, "7.0.0")).toEqual([
    "has libvirt 7.0.0, which does not read tcp_min_ssf: leave libvirtd.tcpMinSsf out, or update libvirt to 7.10",
  ]);
  expect(unknownKeys(settings, "").join()).toMatch(/of a version that is not known/);
});

const said = (value: object) =>
  libvirtdInput.safeParse(value).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

test.each(Object.entries(withheldKeys))("%s is refused, and it is said why", (key, why) => {
  expect(said({ [camelCase(key)]: 1 })).toEqual([`${camelCase(key)}: cannot be set: ${why}`]);
});

test.each<[object, string]>([
  [{ colour: 1 }, "colour: is not a property of this resource"],
  [{ listenAddr: "10.0.0.1" }, 'listenAddr: must be "0.0.0.0" or "::": it is the same for all hosts'],
  [{ tcpMinSsf: 56 }, "tcpMinSsf: must be 112 or more"],
  [{ accessDrivers: ["selinux"] }, "accessDrivers.0: must be polkit or nop"],
  [{ saslAllowedUsernameList: [] }, "saslAllowedUsernameList: must have one: nobody could connect"],
  [
    { saslAllowedUsernameList: ['a"'] },
    "saslAllowedUsernameList.0: must not have quotes, backslashes or control characters",
  ],
  [{ logLevel: 5 }, "logLevel: must be 1 to 4"],
  [{ auditLevel: 3 }, "auditLevel: must be 0 to 2"],
  [{ hostUuidSource: "dmi" }, "hostUuidSource: must be smbios or machine-id"],
  [{ maxWorkers: 0 }, "maxWorkers: must be 1 or more"],
  [{ maxClients: 1.5 }, "maxClients: must be a whole number of clients"],
  [{ logFilters: "1:qemu\n" }, "logFilters: must not have quotes, backslashes or control characters"],
])("%j is refused", (value, problem) => expect(said(value)).toEqual([problem]));

test("what libvirt takes is taken", () => {
  const value = {
    logFilters: "1:qemu 3:remote",
    tlsPriority: "NORMAL:-VERS-ALL",
    keepaliveInterval: -1,
    maxAnonymousClients: 0,
    authTcp: "sasl",
  };
  expect(said(value)).toEqual([]);
});
