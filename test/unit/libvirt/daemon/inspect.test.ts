import { handshakeFailure } from "../../../../provider/libvirt/connectivity/tls-errors";
import { daemonDifferences, switchBack, switchTo } from "../../../../provider/libvirt/daemon/differences";
import { monolithic } from "../../../../provider/libvirt/daemon/flavours";
import { type DaemonFacts, daemonObstacles, parseDaemon } from "../../../../provider/libvirt/daemon/inspect";
import {
  confSettings,
  type DaemonSettings,
  dropIns,
  securityWarnings,
} from "../../../../provider/libvirt/daemon/settings";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const settings: DaemonSettings = { listenTls: true, listenTcp: false, tlsPort: 16514, tcpPort: 16509 };
const unit = (id: string, active: string, file: string, load = "loaded") =>
  `Id=${id}\nLoadState=${load}\nActiveState=${active}\nUnitFileState=${file}`;
const debian = [
  unit("libvirtd.service", "active", "enabled"),
  unit("libvirtd.socket", "active", "enabled"),
  unit("libvirtd-ro.socket", "active", "enabled"),
  unit("libvirtd-admin.socket", "active", "enabled"),
  unit("libvirtd-tls.socket", "inactive", "disabled"),
  unit("libvirtd-tcp.socket", "inactive", "disabled"),
  unit("virtqemud.socket", "inactive", "", "not-found"),
];
const ports = (...open: number[]) =>
  `== ports\n${open.map((port) => `LISTEN 0 4096 [::]:${port} [::]:*`).join("\n")}\n`;
/** As busctl of systemd 252 prints it for Debian's unit. */
const started = (words = ["/usr/sbin/libvirtd", "$LIBVIRTD_ARGS"], environment = ["LIBVIRTD_ARGS=--timeout 120"]) =>
  `== start\n${JSON.stringify({ type: "a(sasbttttuii)", data: [[words[0], words, false, 0, 0, 0, 0, 0, 0, 0]] })}\n${JSON.stringify({ type: "as", data: environment })}\n`;
const environmentFiles = (...texts: string[]) => `== environment\n${texts.map(base64).join("\n")}\n`;
const [libvirtd] = monolithic.daemons;
const facts = (units = debian, rest = ports(22, 16514), start = started()): DaemonFacts =>
  parseDaemon(`== units\n${units.join("\n\n")}\n${start}${rest}\n`, libvirtd);
const replacing = (line: string) => debian.map((one) => (one.startsWith(line.split("\n")[0] ?? "") ? line : one));

test("a host's answer", () => {
  const seen = facts(
    debian,
    `== conf\n644 root root\n${base64("a = 1\n")}\n== dropIn /etc/systemd/system/libvirtd.socket.d/pulumi-kvm-live.conf\n${base64("x")}\n== sockets\n/run/libvirt/libvirt-sock 770 libvirt\n${ports(22, 16514)}`,
  );
  expect(seen.conf).toEqual({ text: "a = 1\n", isUtf8: true, mode: "644", owner: "root", group: "root" });
  expect([...seen.dropIns]).toEqual([["libvirtd.socket", "x"]]);
  expect(seen.sockets.get("/run/libvirt/libvirt-sock")).toEqual({ mode: "770", group: "libvirt" });
  expect([...seen.ports]).toEqual([22, 16514]);
  expect(seen.units.get("libvirtd-tls.socket")).toEqual({ isLoaded: true, isActive: false, fileState: "disabled" });
});

test.each<[RegExp, DaemonFacts]>([
  [
    /has both libvirtd and the modular daemons on.*To keep libvirtd: `systemctl disable --now virtqemud\.socket`/,
    facts([...debian, unit("virtqemud.socket", "active", "enabled")]),
  ],
  [/has no libvirtd/, facts(replacing(unit("libvirtd.service", "inactive", "", "not-found")))],
  [/masked libvirtd-tls\.socket/, facts(replacing(unit("libvirtd-tls.socket", "inactive", "masked", "masked")))],
  [/has cert_file/, facts(debian, `== conf\n644 root root\n${base64('cert_file = "/x"\n')}`)],
  [/would accept any client/, facts(debian, `== conf\n644 root root\n${base64("tls_no_verify_certificate = 1\n")}`)],
  [
    /migrate_tls_x509_verify = 0 .*from anyone/,
    facts(debian, `== qemuConf\n${base64("migrate_tls_x509_verify = 0\n")}`),
  ],
  [/default_tls_x509_verify = 0/, facts(debian, `== qemuConf\n${base64("default_tls_x509_verify=0\n")}`)],
  [/has migrate_tls_x509_cert_dir/, facts(debian, `== qemuConf\n${base64('migrate_tls_x509_cert_dir = "/x"\n')}`)],
  [/not UTF-8/, facts(debian, `== conf\n644 root root\n${Buffer.from("# \u00c4\n", "latin1").toString("base64")}\n`)],
  [/libvirtd\.socket enabled/, facts(replacing(unit("libvirtd.socket", "inactive", "disabled")))],
])("%s is a reason not to begin", (reason, seen) => {
  expect(daemonObstacles([seen]).join()).toMatch(reason);
});

test("what counts in qemu.conf, and is as it should be, is no reason", () => {
  const text =
    'default_tls_x509_verify = 0\nmigrate_tls_x509_verify = 1\nmigrate_tls_x509_cert_dir = "/etc/pki/qemu"\n';
  expect(daemonObstacles([facts(debian, `== qemuConf\n${base64(text)}`)])).toEqual([]);
});

describe("libvirtd's command line", () => {
  const seen = (...args: Parameters<typeof facts>) => [facts(...args)];
  const byFile = (text: string) => daemonObstacles(seen(debian, environmentFiles(text)));
  const byUnit = (...words: string[]) => daemonObstacles(seen(debian, "", started(words)));

  test.each([
    "",
    "#LIBVIRTD_ARGS=--listen\n",
    ";LIBVIRTD_ARGS=--listen\n",
    'LIBVIRTD_ARGS="--timeout 120"\n',
    "LIBVIRTD_ARGS=-vt 5\n",
    "LIBVIRTD_ARGS=--listen\nLIBVIRTD_ARGS=\n",
    "LIBVIRTD_ARGS=-p --listen\n",
    "LIBVIRTD_ARGS=-f //etc/libvirt/../libvirt/libvirtd.conf\n",
    "LIBVIRTD_ARGS=--config=/other --conf /etc/libvirt/libvirtd.conf\n",
    "XLIBVIRTD_ARGS=--listen\n",
  ])("%j is no reason", (text) => expect(byFile(text)).toEqual([]));

  test.each([
    'LIBVIRTD_ARGS="--timeout 5 --listen"\n',
    "LIBVIRTD_ARGS=-l\n",
    "LIBVIRTD_ARGS=-vl\n",
    "LIBVIRTD_ARGS=--lis\n",
    "  LIBVIRTD_ARGS = '-d' \"-l\"\n".replace("'-d' ", "'-d '"),
    "# a \\\nLIBVIRTD_ARGS=-l\n",
    "LIBVIRTD_ARGS=--timeout 5 \\\n  --listen\r\n",
  ])("%j listens", (text) => expect(byFile(text).join()).toMatch(/starts libvirtd with --listen, which conflicts/));

  test.each([
    "LIBVIRTD_ARGS=-f /other\n",
    "LIBVIRTD_ARGS=-vf/other\n",
    "LIBVIRTD_ARGS=--conf /other\n",
    "LIBVIRTD_ARGS=--c=/other\n",
    `LIBVIRTD_ARGS=--config "/other"\n`,
    "LIBVIRTD_ARGS='--config=\"/other\"'\n",
    "LIBVIRTD_ARGS=--config /etc/libvirt/libvirtd.conf -f other\n",
  ])("%j reads another file", (text) => {
    expect(byFile(text).join()).toMatch(
      /with the configuration file \/?other, so .* in no force: change its command line/,
    );
  });

  test("what it does not take, and what is not it", () => {
    expect(byFile("LIBVIRTD_ARGS=--lisp\n").join()).toMatch(/with --lisp, which it does not take/);
    expect(byFile("LIBVIRTD_ARGS=-f\n").join()).toMatch(/with -f, which it does not take/);
    expect(byUnit("/bin/sh", "-c", "exec libvirtd").join()).toMatch(/by \/bin\/sh, so its arguments are not known/);
    expect(daemonObstacles(seen(debian, "", "")).join()).toMatch(/does not tell what systemd starts libvirtd with/);
  });

  test("a unit's own words, and a part of a word", () => {
    expect(byUnit("/usr/sbin/libvirtd", "--config", `\${DIR}/x`, "$$").join()).toMatch(/with \$, which/);
    expect(
      daemonObstacles(seen(debian, "", started(["/usr/sbin/libvirtd", `--config=\${DIR}/x`], ["DIR=/a b"]))).join(),
    ).toMatch(/file \/a b\/x,/);
  });

  test("the daemon that runs still has what it was started with", () => {
    const running = (...words: string[]) =>
      daemonObstacles(seen(debian, `== running\n${base64(`${words.join("\0")}\0`)}\n`));
    expect(running("/usr/sbin/libvirtd", "--timeout", "120")).toEqual([]);
    expect(running("/usr/sbin/libvirtd", "-f", "/x").join()).toMatch(/still runs .*\/x.*`systemctl restart libvirtd`/);
    expect(daemonObstacles(seen(debian, "== running\n\n"))).toEqual([]);
  });
});

test("what is on, what is off, and what nothing listens on", () => {
  expect(daemonDifferences(facts(), settings)).toEqual([
    "/etc/libvirt/libvirtd.conf: listen_tls is not set instead of 1",
    "/etc/libvirt/libvirtd.conf: listen_tcp is not set instead of 0",
    '/etc/libvirt/libvirtd.conf: tls_port is not set instead of "16514"',
    '/etc/libvirt/libvirtd.conf: tcp_port is not set instead of "16509"',
    "libvirtd-tls.socket is off",
  ]);
  const on = replacing(unit("libvirtd-tls.socket", "active", "enabled"));
  expect(daemonDifferences(facts(on, ports(22)), settings)).toContain("nothing listens on port 16514");
  const once = replacing(unit("libvirtd-tls.socket", "active", "disabled"));
  expect(daemonDifferences(facts(once), settings)).toContain("libvirtd-tls.socket is disabled at boot");
});

test("a switch and the way back", () => {
  const before = {
    "libvirtd-tls.socket": { enabled: false, active: false },
    "libvirtd-tcp.socket": { enabled: true, active: true },
  };
  expect(switchTo(facts(), { ...settings, tlsPort: 17000 })).toMatchObject({
    enable: ["libvirtd-tls.socket"],
    disable: [],
    start: ["libvirtd-tls.socket"],
    dropIns: new Map([
      ["libvirtd-tls.socket", "# Written by pulumi-kvm-live.\n[Socket]\nListenStream=\nListenStream=17000\n"],
    ]),
  });
  const on = replacing(unit("libvirtd-tls.socket", "active", "enabled"));
  expect(switchBack(facts(on), before)).toEqual({
    enable: ["libvirtd-tcp.socket"],
    disable: ["libvirtd-tls.socket"],
    start: ["libvirtd-tcp.socket"],
    dropIns: new Map(),
  });
  expect(switchBack(facts(), {})).toBeUndefined();
});

test("libvirtd.conf gets only what was asked for; nothing breaks out of a value", () => {
  const wanted = { ...settings, unixSockRwPerms: "0770", tlsAllowedDnList: ["O=It's, $(reboot)*", "CN=?"] };
  expect(confSettings(wanted, libvirtd).slice(4)).toEqual([
    ["unix_sock_rw_perms", '"0770"'],
    ["tls_allowed_dn_list", `["O=It's, $(reboot)*", "CN=?"]`],
  ]);
  for (const bad of ['a"b', "a\nb", "a\\", "\u0000"])
    expect(() => confSettings({ ...settings, tlsAllowedDnList: [bad] }, libvirtd)).toThrow(
      "cannot be written to a file of libvirt's",
    );
});

test("the read-only socket has permissions of its own", () => {
  const all = dropIns(
    { ...settings, unixSockGroup: "libvirt", unixSockRwPerms: "770", unixSockRoPerms: "0777" },
    libvirtd,
  );
  expect(all.get("libvirtd.socket")).toMatch(/SocketGroup=libvirt\nSocketMode=0770\n$/);
  expect(all.get("libvirtd-ro.socket")).toMatch(/SocketGroup=libvirt\nSocketMode=0777\n$/);
  expect(all.get("libvirtd-tls.socket")).toBeUndefined();
});

test.each<[Partial<DaemonSettings>, RegExp]>([
  [{ listenTcp: true, authTcp: "none" }, /becomes root on the hosts/],
  [{ listenTcp: true }, /content with 56 bits: set tcpMinSsf/],
  [{ listenTcp: true, authTcp: "sasl", tcpMinSsf: 112 }, /^$/],
  [{ authTcp: "none" }, /if listenTcp were switched on/],
  [{ authUnixRw: "none" }, /libvirt's socket/],
  [{ authTls: "none", authUnixRo: "none" }, /^$/],
])("%j is told to be insecure", (some, words) => {
  expect(securityWarnings({ ...settings, ...some }).join()).toMatch(words);
});

test.each<[number, string, string | undefined]>([
  [0, "", undefined],
  [124, "", "no answer"],
  [1, "error: unable to connect to server at '10.77.0.12:16514': Connection refused", "nothing listens"],
  [1, "error: unable to connect to server at '10.77.0.12:16514': No route to host", "no answer"],
  [
    1,
    "error: authentication failed: Failed to verify peer's certificate\nThe certificate hasn't got a known issuer",
    "certificate of another authority",
  ],
  [
    1,
    "error: The server certificate /x failed validation: Certificate [session] owner does not match the hostname 10.0.0.1",
    "name mismatch",
  ],
  [
    1,
    "error: internal error: server verification (of our certificate or IP address) failed",
    "refused by the other side",
  ],
  [
    1,
    "warning : virNetTLSContextCheckCertificate:1086 : Certificate check failed Certificate failed validation: The certificate has been revoked.\nerror: authentication failed: Failed to verify peer's certificate",
    "certificate revoked",
  ],
  [
    1,
    "error: Our own certificate /etc/pki/libvirt/clientcert.pem failed validation against /etc/pki/CA/cacert.pem: The certificate hasn't got a known issuer",
    "certificate unusable",
  ],
  [1, "error: Unable to read TLS confirmation: Input/output error", "refused by the other side"],
  [1, "error: something else", "failed"],
])("exit code %i with %j", (code, said, failure) => {
  expect(handshakeFailure(code, said)).toBe(failure);
});

/** As gnutls-cli 3.7.9 prints it after `- Status: The certificate is NOT trusted.` */
test.each([
  ["The certificate chain uses expired certificate. ", "certificate expired"],
  ["The certificate chain uses not yet valid certificate. ", "certificate not valid yet"],
  ["The certificate issuer is unknown. ", "certificate of another authority"],
  ["The certificate chain is revoked. ", "certificate revoked"],
  ["", "certificate not trusted"],
])("libvirt's \"not trusted\" with GnuTLS's %j", (status, failure) => {
  const said = "error: authentication failed: Failed to verify peer's certificate\nThe certificate is not trusted.";
  expect(handshakeFailure(1, said, status)).toBe(failure);
  expect(handshakeFailure(1, "error: Connection refused", status)).toBe("nothing listens");
});
