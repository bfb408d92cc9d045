/** Files as their real readers read them: what libvirtd, systemd, exportfs, findmnt and mount say is right. */

import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { commandLine } from "../../provider/libvirt/daemon/command-line";
import { commandLineObstacles } from "../../provider/libvirt/daemon/command-line-obstacles";
import { activeSettings } from "../../provider/libvirt/daemon/conf-file";
import { daemonObstacles, inspectDaemons } from "../../provider/libvirt/daemon/inspect";
import { parseConf } from "../../provider/libvirt/daemon/virconf";
import { sameClient } from "../../provider/nfs/export-client";
import { parseExports } from "../../provider/nfs/exports";
import { mountOptionDifferences } from "../../provider/nfs/mount-options";
import { fstabSources, parseMountInfo } from "../../provider/nfs/mountinfo";
import { domain } from "../../provider/resources/domain/definition";
import { messageOf } from "./placed-guest";
import { ResourceHarness } from "./resource-harness";
import { connectionTo, lengthyTest, runningLab } from "./support";

const { nas, hvA } = runningLab();
const { name: _, ...hvAConnection } = connectionTo(hvA);
const root = new SshHost(hvAConnection);
const write = (host: typeof hvA, path: string, text: string) =>
  host.script('printf %s "$2" | base64 -d > "$1"', path, Buffer.from(text).toString("base64"));

afterAll(async () => {
  await hvA.script(`rm -rf /tmp/kvm-live-* /etc/systemd/system/libvirtd.service.d/kvm-live-test.conf
    rm -f /etc/systemd/system/kvm-live-words.service
    rmdir --ignore-fail-on-non-empty /etc/systemd/system/libvirtd.service.d 2>/dev/null || true
    systemctl daemon-reload; systemctl restart libvirtd`);
  await nas.script(
    "rm -rf /tmp/kvm-live-* /srv/kvm-live-readers; exportfs -u '10.77.0.0/24:/srv/kvm-live-readers' || true",
  );
  await closeConnections();
});

/** Whatever libvirtd says of it: a word of auth_tcp that it does not know, or the line where it reads no further. */
lengthyTest("libvirtd.conf", async () => {
  const texts = [
    'auth_tcp = "word-a" # why\n',
    "a = 01; auth_tcp = 'word-b'; auth_tcp = 'other'\n",
    'x = """\nauth_tcp = "no"\n"""\nauth_tcp="word-c"',
    'tls_allowed_dn_list = [\n"a", # why\n"b"]\nauth_tcp = "word"\n',
    'tls_allowed_dn_list = [\n"a",\n"b", ]\r\nauth_tcp = "word-d"\r\n',
    "\rauth_tcp = 'word-e'\rauth_tcp = 'x'",
    '# see [1]\n\tauth_tcp\t=\t"word-f";\n',
    "a = 1;; b = 2\n",
    "a = 1 b = 2\n",
    "\n\n",
    'a = "x\n"\n',
    "a = [1,\n2\n",
    "a = -\n",
    "1a = 2\n",
    "a.b = 1\n",
    "a = yes\n",
  ];
  for (const text of texts) {
    await write(hvA, "/tmp/kvm-live-conf", text);
    const { stderr, stdout } = await hvA.tryExec(["timeout", "60", "libvirtd", "-f", "/tmp/kvm-live-conf"]);
    const said = /kvm-live-conf:(\d+): (.*?): \/tmp|unsupported auth (.*?): \/tmp/.exec(stderr + stdout);
    const { error } = parseConf(text);
    const ours = error ? `${error.line} ${error.reason}` : activeSettings(text).get("auth_tcp")?.slice(1, -1);
    expect([text, ours]).toEqual([text, said?.[3] ?? `${said?.[1]} ${said?.[2]}`]);
  }
});

lengthyTest("systemd's environment files and libvirtd's command line", async () => {
  await write(
    hvA,
    "/etc/systemd/system/kvm-live-words.service",
    `[Service]
Type=oneshot
Environment=LIBVIRTD_ARGS="--timeout 120"
EnvironmentFile=-/tmp/kvm-live-environment
ExecStart=/bin/sh -c 'printf "%%s\\\\n" "$@" > /tmp/kvm-live-words' sh $LIBVIRTD_ARGS \${LIBVIRTD_ARGS}
`,
  );
  await hvA.script("systemctl daemon-reload");
  const texts = [
    "",
    "LIBVIRTD_ARGS=--listen\n",
    "# x\nLIBVIRTD_ARGS=\n",
    'LIBVIRTD_ARGS="--config /a b"\n',
    'LIBVIRTD_ARGS=--config "/a b"\n',
    "LIBVIRTD_ARGS='--config=\"/a b\" -l'\n",
    "  LIBVIRTD_ARGS = -v \\\n  -l # no comment \n",
    'LIBVIRTD_ARGS="a\\"b\\\\c\\d"\r\n',
    "LIBVIRTD_ARGS=a\\ b 'c\\d'\n;LIBVIRTD_ARGS=x\nLIBVIRTD_ARGSS=y\n",
    "LIBVIRTD_ARGS='a' \"b\"c\n",
  ];
  for (const text of texts) {
    await write(hvA, "/tmp/kvm-live-environment", text);
    await hvA.script("systemctl start kvm-live-words");
    const words = (await hvA.exec(["cat", "/tmp/kvm-live-words"])).stdout;
    const start = {
      execStart: [["$LIBVIRTD_ARGS", `\${LIBVIRTD_ARGS}`]],
      environment: ["LIBVIRTD_ARGS=--timeout 120"],
      environmentFiles: [text],
    };
    expect([text, `${commandLine(start).join("\n")}\n`]).toEqual([text, words]);
  }
});

lengthyTest(
  "another configuration file of libvirtd is noticed wherever it is named, and while it is in force",
  async () => {
    const signal = AbortSignal.timeout(120_000);
    const drop = "/etc/systemd/system/libvirtd.service.d/kvm-live-test.conf";
    const asked = () => inspectDaemons(root, signal);
    const obstacles = async () => daemonObstacles(await asked()).join();
    const clean = async () => (await asked()).flatMap((facts) => commandLineObstacles(facts.daemon, facts));
    expect((await asked())[0]?.start?.execStart[0]?.[0]).toBe("/usr/sbin/libvirtd");
    expect(await clean()).toEqual([]);
    await hvA.script(
      "cp /etc/libvirt/libvirtd.conf /tmp/kvm-live-other.conf; mkdir -p /etc/systemd/system/libvirtd.service.d",
    );
    await write(
      hvA,
      drop,
      "[Service]\nExecStart=\nExecStart=/usr/sbin/libvirtd --timeout 120 --conf /tmp/kvm-live-other.conf\n",
    );
    await hvA.script("systemctl daemon-reload; systemctl restart libvirtd");
    expect(await obstacles()).toMatch(/starts libvirtd with the configuration file \/tmp\/kvm-live-other\.conf, so/);
    await hvA.script('rm -f "$1"; systemctl daemon-reload', drop);
    expect(await obstacles()).toMatch(/still runs libvirtd with the configuration file \/tmp\/kvm-live-other\.conf/);
    await hvA.script("systemctl restart libvirtd");
    expect(await clean()).toEqual([]);
  },
);

/** exportfs with files and tables of its own, in a mount namespace. */
const exportfs = (text: string) =>
  nas.script(
    `mkdir -p /tmp/kvm-live-etc.d
     printf %s "$1" | base64 -d > /tmp/kvm-live-exports
     unshare --mount sh -c 'mount --bind /tmp/kvm-live-exports /etc/exports
       mkdir -p /etc/exports.d; mount --bind /tmp/kvm-live-etc.d /etc/exports.d
       mount -t tmpfs none /var/lib/nfs; : > /var/lib/nfs/etab; : > /var/lib/nfs/rmtab
       mount -t tmpfs none /proc/fs/nfsd 2>/dev/null || true
       exportfs -ra 2>&1 | grep -q "syntax error\\|unknown keyword" && echo "#error"; exportfs -s 2>/dev/null'`,
    Buffer.from(text).toString("base64"),
  );

lengthyTest("exports", async () => {
  await nas.script("mkdir -p /srv/kvm-live-readers/'a b' '/srv/kvm-live-readers/a#b' /srv/kvm-live-readers/prüf");
  const at = "/srv/kvm-live-readers";
  const texts = [
    `${at}/ 10.0.0.5(rw) \\\n 10.0.0.6(ro)\n/${at} *(ro)\n`,
    `"${at}/a b" 10.0.0.5(rw)\n${at}/a\\040b 10.0.0.6(rw)\n`,
    `${at}/pr\\303\\274f 10.0.0.5(rw)\n${at}/a#b 10.0.0.6(rw) # why \\\n`,
    `# old: ${at} *(rw) \\\n${at} "10.0.0.5"(rw)\n`,
    `${at} -ro,sync 10.0.0.5 -no_root_squash 10.0.0.6(rw) 10.0.0.7\n`,
    `${at}\n`,
    `${at} 10.0.0.5 (rw)\n`,
    `${at} fd00::/64(rw) @hyper(ro) 10.0.0.0/255.255.255.0(rw)\n`,
    `${at} 10.0.0.5(rw)\n${at}/x 10.0.0.6(rw,no_rootsquash)\n${at} 10.0.0.7(rw)\n`,
    `${at} 10.0.0.5(rw\n`,
    `${at} 10.0.0.5(rw)\r\n`,
  ];
  for (const text of texts) {
    const { stdout } = await exportfs(text);
    const pairs = (read: string) =>
      [...new Set(parseExports(read).map(({ path, client }) => `${path} ${client}`))].sort();
    const [ours, real] = [pairs(text), pairs(stdout.replace("#error\n", ""))];
    // exportfs stops where it does not understand a file; what follows counts for us.
    if (stdout.startsWith("#error")) expect([text, ours]).toEqual([text, expect.arrayContaining(real)]);
    else expect([text, ours]).toEqual([text, real]);
  }
  expect(sameClient("10.0.0.0/255.255.255.0", "10.0.0.0/24")).toBe(true);
});

lengthyTest("fstab", async () => {
  const text = [
    "# nas:/x /srv/vm nfs",
    "nas:/a\\040b\t/srv//vm/  nfs defaults 0 0",
    " nas:/c /srv/vm nfs",
    "nas:/d /srv/vm/sub nfs",
    "UUID=1 none swap sw",
  ].join("\n");
  await write(hvA, "/tmp/kvm-live-fstab", `${text}\n`);
  const find = ["findmnt", "--tab-file", "/tmp/kvm-live-fstab", "--json", "--list", "--output", "SOURCE,TARGET"];
  const rows: { source: string; target: string }[] = JSON.parse((await hvA.exec(find)).stdout).filesystems;
  const real = rows.filter(({ target }) => /^\/srv\/+vm\/*$/.test(target)).map(({ source }) => source);
  expect(fstabSources(text, "/srv/vm")).toEqual(real);
});

lengthyTest("mount options in all spellings are met by what the kernel shows, and not by another mount", async () => {
  await nas.script(
    "mkdir -p /srv/kvm-live-readers; exportfs -i -o rw,no_root_squash,no_subtree_check 10.77.0.0/24:/srv/kvm-live-readers",
  );
  const lists = [
    ["vers=4"],
    ["nfsvers=4", "minorversion=1"],
    ["v4.1", "proto=tcp", "timeo=0100", "retrans=3"],
    ["nfsvers=4.2", "tcp", "hard", "fg", "rw", "noatime", "nodev", "nosuid"],
    ["vers=4.2", "actimeo=0"],
    ["vers=4.2", "acregmin=3", "acdirmax=60"],
    ["vers=4.2", "noac"],
    ["vers=4.2", "sync", "sec=sys", "lock", "local_lock=none"],
  ];
  for (const options of lists) {
    const { stdout } = await hvA.script(
      `mkdir -p /tmp/kvm-live-mount
       unshare --mount sh -ec 'mount -t nfs -o "$1" "$2" /tmp/kvm-live-mount; cat /proc/self/mountinfo' sh "$1" "$2"`,
      options.join(","),
      `${nas.address}:/srv/kvm-live-readers`,
    );
    const mounted = parseMountInfo(stdout).find(({ path }) => path === "/tmp/kvm-live-mount");
    expect([options, mountOptionDifferences(mounted?.options ?? [], options)]).toEqual([options, []]);
    expect(mountOptionDifferences(mounted?.options ?? [], [...options, "noexec"])).toEqual(["no noexec"]);
  }
  await hvA.script("rmdir /tmp/kvm-live-mount");
});

lengthyTest(
  "definitions with names that are JavaScript's own, and with deep ones: refused where libvirt refuses",
  async () => {
    const nested = (depth: number) => `${"<x:a>".repeat(depth)}${"</x:a>".repeat(depth)}`;
    const texts = [
      '<metadata><x:constructor xmlns:x="urn:x" x:__proto__="1"><x:toString/></x:constructor></metadata>',
      "<constructor/>",
      "<devices><__proto__/><hasOwnProperty name='x'/></devices>",
      "<description constructor='1'>x</description>",
      `<metadata><x:a xmlns:x="urn:x">${nested(200)}</x:a></metadata>`,
      `<metadata><x:a xmlns:x="urn:x">${nested(300)}</x:a></metadata>`,
      `<metadata><x:a xmlns:x="urn:x">${nested(20_000)}</x:a></metadata>`,
    ];
    const define = async (xml: string) => {
      await hvA.exec(["sh", "-c", "cat > /tmp/kvm-live-definition"], { input: xml }); // too long for an argument
      const { exitCode } = await hvA.tryExec(["virsh", "define", "/tmp/kvm-live-definition"]);
      await hvA.tryExec(["virsh", "undefine", "names"]);
      return exitCode === 0;
    };
    for (const text of texts) {
      const xml = `<domain type="qemu"><name>names</name><memory>65536</memory><os><type arch="x86_64" machine="pc-i440fx-7.2">hvm</type></os>${text}</domain>`;
      const ours = new ResourceHarness(domain, "Domain::names");
      const said = await messageOf(ours.up({ xml }));
      const isTaken = said === "it did not fail";
      expect([text.slice(0, 80), isTaken]).toEqual([text.slice(0, 80), await define(xml)]);
      if (isTaken) expect(await define(String((ours.outputs as { definition?: string }).definition))).toBe(true);
      else expect(said).toMatch(/nested more than 256 deep/);
    }
  },
);
