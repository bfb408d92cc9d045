/** Modular daemons, as systemd would tell of them; their units, files and sockets are those of libvirt 11.3's source. */

import type { RemoteHost } from "../../../../provider/host/host";
import { daemonDifferences, switchTo } from "../../../../provider/libvirt/daemon/differences";
import { flavourOf, modular, monolithic } from "../../../../provider/libvirt/daemon/flavours";
import { daemonObstacles, inspectDaemons, parseDaemon } from "../../../../provider/libvirt/daemon/inspect";
import type { DaemonSettings } from "../../../../provider/libvirt/daemon/settings";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const settings: DaemonSettings = { listenTls: true, listenTcp: false, tlsPort: 16514, tcpPort: 16509 };
const unit = (id: string, active: string, file: string, load = "loaded") =>
  `Id=${id}\nLoadState=${load}\nActiveState=${active}\nUnitFileState=${file}`;
const ports = (...open: number[]) =>
  `== ports\n${open.map((port) => `LISTEN 0 4096 [::]:${port} [::]:*`).join("\n")}\n`;
/** `VIRTPROXYD_ARGS` and its kin are in the unit itself. */
const started = (name: string, args = "--timeout 120") => {
  const words = [`/usr/sbin/${name}`, `$${name.toUpperCase()}_ARGS`];
  const data = [[words[0], words, false, 0, 0, 0, 0, 0, 0, 0]];
  return `== start\n${JSON.stringify({ data })}\n${JSON.stringify({ data: [`${name.toUpperCase()}_ARGS=${args}`] })}\n`;
};

/** As Fedora and Red Hat's systems have them, where libvirtd is installed beside them and off. */
const fedora = [
  unit("libvirtd.service", "inactive", "disabled"),
  unit("libvirtd.socket", "inactive", "disabled"),
  ...["virtproxyd", "virtqemud"].flatMap((name) => [
    unit(`${name}.service`, "active", "enabled"),
    unit(`${name}.socket`, "active", "enabled"),
    unit(`${name}-ro.socket`, "active", "enabled"),
    unit(`${name}-admin.socket`, "active", "enabled"),
  ]),
  unit("virtproxyd-tls.socket", "inactive", "disabled"),
  unit("virtproxyd-tcp.socket", "inactive", "disabled"),
];
const onFedora = (rest = ports(22), units = fedora, start = started) =>
  modular.daemons.map((daemon) =>
    parseDaemon(`== units\n${units.join("\n\n")}\n${start(daemon.name)}${rest}\n`, daemon),
  );

test("on modular daemons nothing is in the way", () => expect(daemonObstacles(onFedora())).toEqual([]));

test.each<[RegExp, string[]]>([
  [/^has no virtproxyd: on Fedora/, fedora.filter((one) => !one.startsWith("Id=virtproxyd"))],
  [
    /^does not have virtproxyd\.socket enabled: `systemctl enable --now virtproxyd\.socket /,
    fedora.map((one) =>
      one.startsWith("Id=virtproxyd.socket") ? unit("virtproxyd.socket", "inactive", "disabled") : one,
    ),
  ],
  [/masked virtproxyd-tls\.socket/, fedora.map((one) => one.replace(/(Id=virtproxyd-tls[\s\S]*)disabled/, "$1masked"))],
  [
    /To keep the modular daemons: `systemctl disable --now libvirtd\.socket`/,
    fedora.map((one) => (one.startsWith("Id=libvirtd.socket") ? unit("libvirtd.socket", "inactive", "enabled") : one)),
  ],
])("on modular daemons %s is a reason not to begin", (reason, units) => {
  const words = daemonObstacles(onFedora(ports(22), units));
  expect(words.join()).toMatch(reason);
  expect(words).toHaveLength(1);
});

test("the daemon that others reach has what is about them, and each has the rest", () => {
  const wanted = { ...settings, unixSockRwPerms: "0770", authUnixRw: "none", tlsAllowedDnList: ["CN=a"] };
  const [proxy = [], qemu = []] = onFedora().map((one) => daemonDifferences(one, wanted));
  expect(proxy).toEqual(
    expect.arrayContaining([
      "/etc/libvirt/virtproxyd.conf: listen_tls is not set instead of 1",
      '/etc/libvirt/virtproxyd.conf: tls_allowed_dn_list is not set instead of ["CN=a"]',
      '/etc/libvirt/virtproxyd.conf: auth_unix_rw is not set instead of "none"',
      "virtproxyd-tls.socket is off",
    ]),
  );
  expect(qemu).toEqual([
    '/etc/libvirt/virtqemud.conf: unix_sock_rw_perms is not set instead of "0770"',
    '/etc/libvirt/virtqemud.conf: auth_unix_rw is not set instead of "none"',
    "/etc/systemd/system/virtqemud.socket.d/pulumi-kvm-live.conf is missing",
  ]);
  const [toProxy, toQemu] = onFedora().map((one) => switchTo(one, { ...settings, unixSockGroup: "libvirt" }));
  expect(toProxy).toMatchObject({ enable: ["virtproxyd-tls.socket"], start: ["virtproxyd-tls.socket"] });
  expect([...(toProxy?.dropIns.keys() ?? [])]).toEqual(["virtproxyd.socket", "virtproxyd-ro.socket"]);
  expect(toQemu).toMatchObject({ enable: [], disable: [], start: [] });
  expect([...(toQemu?.dropIns.keys() ?? [])]).toEqual(["virtqemud.socket", "virtqemud-ro.socket"]);
});

test("a daemon to which no setting is addressed is left alone, and cleaned of earlier ones", () => {
  const [, qemu] = onFedora();
  if (!qemu) throw new Error("no virtqemud");
  expect(daemonDifferences(qemu, settings)).toEqual([]);
  expect(switchTo(qemu, settings)).toEqual({ dropIns: new Map(), enable: [], disable: [], start: [] });
  const conf = (text: string) => `== conf\n600 root root\n${base64(text)}\n${ports(22)}`;
  const ours = switchTo(qemu, { ...settings, authUnixRo: "none" }).conf as { text: string };
  const [, had] = onFedora(conf(ours.text));
  expect(had && daemonDifferences(had, settings)).toEqual([
    "/etc/libvirt/virtqemud.conf: the lines of pulumi-kvm-live were changed",
  ]);
  expect(had && switchTo(had, settings).conf).toBe("remove");
});

test("modes of the sockets that clients on the host find", () => {
  const sockets = "== sockets\n/run/libvirt/virtqemud-sock 666 root\n/run/libvirt/libvirt-sock 660 root\n";
  const wanted = { ...settings, unixSockRwPerms: "0660" };
  const [proxy = [], qemu = []] = onFedora(`${sockets}${ports(22)}`).map((one) => daemonDifferences(one, wanted));
  expect(qemu).toContain("/run/libvirt/virtqemud-sock has mode 666 instead of 0660");
  expect(proxy.join()).not.toMatch(/has mode/);
});

test.each([
  [
    "--listen",
    "starts virtproxyd with --listen, which it does not take: change its command line, see `systemctl cat virtproxyd.service`",
  ],
  [
    "-l",
    "starts virtproxyd with -l, which it does not take: change its command line, see `systemctl cat virtproxyd.service`",
  ],
  [
    "--config /other",
    "starts virtproxyd with the configuration file /other, so what is in /etc/libvirt/virtproxyd.conf is in no force: change its command line, see `systemctl cat virtproxyd.service`",
  ],
])("virtproxyd's argument %s is a reason not to begin", (args, reason) => {
  const start = (name: string) => started(name, name === "virtproxyd" ? args : undefined);
  expect(daemonObstacles(onFedora(ports(22), fedora, start))).toEqual([reason]);
});

test("certificates elsewhere are looked for in the file that counts", () => {
  const conf = `== conf\n644 root root\n${base64('cert_file = "/x"\n')}\n`;
  expect(daemonObstacles(onFedora(conf))).toEqual([
    "has cert_file in /etc/libvirt/virtproxyd.conf, so virtproxyd would use other certificates: remove these lines",
  ]);
});

test("what runs counts, then what is enabled, then what is installed", () => {
  const of = (...units: string[]) =>
    flavourOf(parseDaemon(`== units\n${units.join("\n\n")}\n`, monolithic.daemons[0]).units);
  const [off, on] = [unit("libvirtd.service", "inactive", "disabled"), unit("libvirtd.socket", "inactive", "enabled")];
  const qemu = (active: string, file: string) => unit("virtqemud.service", active, file);
  expect(of(on, qemu("active", "disabled"))).toBe(modular);
  expect(of(on, qemu("inactive", "enabled"))).toBe(monolithic);
  expect(of(off, qemu("inactive", "enabled"))).toBe(modular);
  expect(of(off, qemu("inactive", "disabled"))).toBe(monolithic);
  expect(of(unit("libvirtd.service", "inactive", "", "not-found"), qemu("inactive", "disabled"))).toBe(modular);
  expect(of()).toBe(monolithic);
});

test.each([
  [[unit("libvirtd.socket", "active", "enabled")], ["libvirtd"]],
  [fedora, ["virtproxyd", "virtqemud"]],
])("a host is asked about the daemons that it has: %#", async (units, names) => {
  const asked: string[] = [];
  const run = async ([, , , , conf = ""]: readonly string[]) => {
    asked.push(conf);
    return { stdout: `== units\n${units.join("\n\n")}\n${ports(22)}` };
  };
  const seen = await inspectDaemons({ run } as unknown as RemoteHost, new AbortController().signal);
  expect(seen.map(({ daemon }) => daemon.name)).toEqual(names);
  expect(asked).toEqual([...new Set(["libvirtd", ...names])].map((name) => `/etc/libvirt/${name}.conf`));
});
