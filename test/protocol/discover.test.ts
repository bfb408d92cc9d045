/** Hosts that are read for a program, by a real shell: with virsh, exportfs and systemctl that say what a test has written. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { discover } from "../../provider/discover";
import { reportOf } from "../../provider/discover/report";
import { kvmLive } from "./command-line";
import { programmedHost, stopProgrammedHosts } from "./programmed-host";
import { clientKey, type ScriptedHost } from "./scripted-host";

const virsh = String.raw`#!/bin/sh
isReadonly=
while :; do case $1 in --readonly) isReadonly=yes; shift ;; --connect) shift 2 ;; *) break ;; esac; done
echo "$isReadonly $*" >> "$HERE/asked"
[ $# -gt 1 ] || eval "set -- $(printf '%s' "$1" | sed 's/;/ \\; /g; s/"\([^"]*\)"/"\1"/g')"
run() {
  case $1 in
    echo) printf '%s\n' "$2" ;;
    version) printf 'Using library: libvirt 9.0.0\nRunning hypervisor: QEMU 7.2.22\n' ;;
    list) [ ! -e "$HERE/down" ] || { echo "error: failed to connect" >&2; return 1; }
      case $* in *--with-*) return ;; esac
      for file in "$HERE"/domains/*.xml; do
        [ -e "$file" ] || continue
        uuid=$(basename "$file" .xml)
        case $* in *--name*) echo "$uuid $(sed -n 's/.*<name>\(.*\)<.name>.*/\1/p' "$file")" ;; *) echo "$uuid" ;; esac
      done ;;
    dominfo) printf 'Id:             1\nUUID:           %s\n' "$2"; cat "$HERE/domains/$2.info" ;;
    domstate) sed -n 's/^State: *\(.*\)/\1 (booted)/p' "$HERE/domains/$2.info" ;;
    domjobinfo) echo 'Job type: 0' ;;
    dumpxml) case "$*$isReadonly" in *security-infoyes) exit 1 ;; *security-info) cat "$HERE/domains/$2.xml" ;;
      *) sed "s/ passwd='[^']*'//" "$HERE/domains/$2.xml" ;; esac ;;
    snapshot-list | checkpoint-list) echo ;;
    *) echo "changed by: virsh $*" >> "$HERE/changes"; return 1 ;;
  esac
}
set -- "$@" ';'
words=
for word; do
  [ "$word" = ';' ] || { words="$words '$word'"; continue; }
  eval "run $words"; code=$?; words=
done
exit "$code"
`;
const systemctl = String.raw`#!/bin/sh
case "$*" in
  *is-active*libvirtd.socket*) [ -e "$HERE/domains" ] ;;
  *is-active*nfs-server*) [ -s "$HERE/table" ] ;;
  *is-active*) exit 3 ;;
  show*) printf 'FragmentPath=\nUnitFileState=\n' ;;
  *) echo "changed by: systemctl $*" >> "$HERE/changes" ;;
esac
`;
const exportfs = `#!/bin/sh
[ "$*" = -s ] && cat "$HERE/table" || echo "changed by: exportfs $*" >> "$HERE/changes"
`;

/** Places of a host that are in a folder of the test's; what is printed names them as the host would. */
const places = [
  "/proc/self/mountinfo",
  "/proc/[0-9]",
  "/proc/sys/kernel/random",
  "/etc/fstab",
  "/etc/exports",
  "/etc/systemd",
  "/etc/pki",
  "/var/lib/pulumi-kvm-live",
  "/srv",
];
function inFolder(command: string, folder: string): string {
  const root = join(folder, "root");
  const moved = (text: string) => places.reduce((all, place) => all.replaceAll(place, `${root}${place}`), text);
  const script = places.map((place) => `s#${place.replaceAll("[", "\\[")}#${root}${place}#g`).join(";");
  return `out="${folder}/out.$$"; sed '${script}' | { ${moved(command)}; } > "$out"; code=$?
    sed 's#${root}##g' "$out"; rm -f "$out"; exit $code`;
}

const configFolder = mkdtempSync(join(tmpdir(), "discover-"));
const sshConfig = join(configFolder, "config");
afterEach(stopProgrammedHosts);
afterAll(() => rmSync(configFolder, { recursive: true }));

interface Made {
  folder: string;
  scripted: ScriptedHost;
}

async function madeHost(files: Readonly<Record<string, string>>): Promise<Made> {
  const { folder, scripted } = await programmedHost({ virsh, systemctl, exportfs }, { table: "" }, inFolder);
  const boot = {
    "root/proc/sys/kernel/random/boot_id": folder,
    "root/proc/self/mountinfo": "",
    "root/srv/vm/.keep": "",
  };
  for (const [name, text] of Object.entries({ ...boot, ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return { folder, scripted };
}

/** So that the hosts are found by these names. */
function reachable(hosts: Readonly<Record<string, Made>>): void {
  writeFileSync(join(configFolder, "key"), clientKey.private, { mode: 0o600 });
  const known = Object.values(hosts).map(({ scripted }) => `[127.0.0.1]:${scripted.args.port} ${scripted.publicKey}\n`);
  writeFileSync(join(configFolder, "known"), known.join(""));
  const entries = Object.entries(hosts).map(
    ([name, { scripted }]) => `Host ${name}\n  HostName 127.0.0.1\n  Port ${scripted.args.port}\n`,
  );
  const login = `Host *\n  IdentityFile ${join(configFolder, "key")}\n  UserKnownHostsFile ${join(configFolder, "known")}\n`;
  writeFileSync(sshConfig, `${entries.join("")}${login}`);
}

const uuidOf = (number: number) => `0f0806ab-531d-4134-8def-${String(number).padStart(12, "0")}`;
function domainFiles(number: number, name: string, state = "running", devices = "", autostart = "disable") {
  const xml = `<domain type='kvm'>\n<name>${name}</name>\n<uuid>${uuidOf(number)}</uuid>\n<devices>\n${devices}</devices>\n</domain>\n`;
  const info = `Name: x\nState:          ${state}\nUsed memory:    1024 KiB\nPersistent:     yes\nAutostart:      ${autostart}\n`;
  return { [`domains/${uuidOf(number)}.xml`]: xml, [`domains/${uuidOf(number)}.info`]: info };
}

const mountLine = `40 25 0:35 / /srv/vm rw,noatime - nfs4 nas:/srv/vm rw,vers=4.2,hard,proto=tcp,timeo=600,retrans=2,sec=sys\n`;
const fleet = async () => {
  const hosts = {
    "hv-a": await madeHost({
      ...domainFiles(1, "web", "running", "", "enable"),
      ...domainFiles(2, 'odd"; name', "running", "<graphics type='vnc' passwd='open sesame'/>\n"),
      ...domainFiles(3, "halted", "paused"),
      "root/proc/self/mountinfo": mountLine,
      "root/etc/fstab": "nas:/srv/vm /srv/vm nfs4 vers=4.2,hard,noatime 0 0\n",
    }),
    "hv-b": await madeHost({
      ...domainFiles(4, "db", "shut off"),
      "root/proc/self/mountinfo": mountLine.replace("hard", "soft"),
    }),
    nas: await madeHost({
      table:
        "/srv/vm  10.77.0.0/24(sync,wdelay,hide,no_subtree_check,sec=sys,rw,secure,no_root_squash,no_all_squash)\n/srv/other  *(ro,sync)\n",
      "root/etc/exports": "/srv/other *(ro)\n",
      "root/srv/other/.keep": "",
    }),
  };
  reachable(hosts);
  return hosts;
};

test("what can be taken over is in the program, and the rest is listed with its reason", async () => {
  const hosts = await fleet();
  const discovery = await discover(["hv-a", "hv-b", "nas"], { sshConfig });
  expect(discovery.adopted).toEqual([
    { kind: "NfsExport", what: "the export of /srv/vm on nas" },
    { kind: "NfsMount", what: "the mount at /srv/vm on hv-a" },
    { kind: "DomainPlacement", what: 'the domain "web" on hv-a' },
    { kind: "DomainPlacement", what: 'the domain "odd\\"; name" on hv-a' },
    { kind: "DomainPlacement", what: 'the domain "db" on hv-b' },
  ]);
  expect(discovery.leftOut).toEqual([
    { what: 'the domain "halted" on hv-a', reason: expect.stringMatching(/^it is paused/) },
    {
      what: "the export of /srv/other on nas",
      reason: expect.stringMatching(/^nas: \/etc\/exports exports \/srv\/other to \*\. Remove that entry/),
    },
    { what: "the mount at /srv/vm on hv-b", reason: expect.stringMatching(/soft.*corrupts images/) },
  ]);
  const text = discovery.files["index.ts"] ?? "";
  expect(text).toContain('new DomainPlacement("web", { ...placed, domain: web, host: hvA, autostart: true }, ready);');
  expect(text).toContain(
    'new DomainPlacement("db", { ...placed, domain: db, host: hvB, powerState: "shut off" }, ready);',
  );
  expect(text).toContain("candidates: [hvA, hvB]");
  expect(text).toContain('options: ["vers=4.2", "hard", "noatime"]');
  expect(text).toContain(`new Host("nas", { address: "nas", sshConfig: ${JSON.stringify(sshConfig)} })`);
  expect(Object.keys(discovery.files).sort()).toEqual([
    ...["Pulumi.yaml", "domains/db.xml", "domains/odd-name.xml", "domains/web.xml"],
    ...["index.ts", "package.json", "tsconfig.json"],
  ]);
  expect(discovery.secrets).toEqual([{ key: "oddNamePassword", what: 'the password of "odd\\"; name"' }]);
  expect(JSON.stringify(discovery)).not.toContain("sesame");
  expect(discovery.files["domains/odd-name.xml"]).toContain('<graphics type="vnc" passwd="*****"/>');
  const report = reportOf(discovery, "fleet");
  expect(report).toContain("pulumi config set --secret oddNamePassword");
  expect(report).toMatch(/Leaves out:\n {2}the domain "halted" on hv-a: it is paused/);
  for (const { scripted } of Object.values(hosts)) {
    expect(scripted.connections).toBe(1);
  }
});

test("nothing on the hosts is changed, and definitions are read where no secret can be", async () => {
  const hosts = await fleet();
  await discover(["hv-a", "hv-b", "nas"], { sshConfig });
  const asked = readFileSync(join(hosts["hv-a"].folder, "asked"), "utf8").split("\n");
  const read = asked.filter((line) => /^(yes)? dominfo/.test(line));
  expect(read.length).toBeGreaterThan(0);
  expect(read.filter((line) => !line.startsWith("yes "))).toEqual([]);
  for (const { folder } of Object.values(hosts)) expect(() => readFileSync(join(folder, "changes"))).toThrow(/ENOENT/);
});

test("a host that cannot be read is an error, with all that are: what is not read is not absent", async () => {
  const hosts = await fleet();
  writeFileSync(join(hosts["hv-a"].folder, "down"), "");
  await hosts.nas.scripted.stop();
  await expect(discover(["hv-a", "hv-b", "nas"], { sshConfig })).rejects.toThrow(
    /failed to connect.*root@nas.* cannot be reached/s,
  );
});

test("the command writes the program into a folder of its own, once, and says what it has taken and left", async () => {
  await fleet();
  const folder = join(configFolder, "fleet");
  const asked = ["discover", "hv-a", "hv-b", "nas", "-F", sshConfig, "--out"];
  const { code, out } = await kvmLive([...asked, folder]);
  expect(code).toBe(0);
  expect(out).toContain(`Wrote 7 files to ${folder}.`);
  expect(out).toContain('the domain "halted" on hv-a: it is paused');
  expect(readFileSync(join(folder, "index.ts"), "utf8")).toContain('new DomainPlacement("web"');
  expect(readFileSync(join(folder, "domains/web.xml"), "utf8")).toContain("<name>web</name>");
  expect(await kvmLive([...asked, folder])).toMatchObject({
    code: 2,
    err: expect.stringContaining("must be new or empty"),
  });
  const { code: again, out: json } = await kvmLive([...asked, join(configFolder, "second"), "--json"]);
  expect([again, JSON.parse(json).secrets]).toEqual([
    0,
    [{ key: "oddNamePassword", what: 'the password of "odd\\"; name"' }],
  ]);
});

test("the command writes nothing where a host cannot be read", async () => {
  const { nas } = await fleet();
  await nas.scripted.stop();
  const folder = join(configFolder, "none");
  const { code, err } = await kvmLive(["discover", "hv-a", "nas", "-F", sshConfig, "--out", folder]);
  expect([code, err]).toEqual([3, expect.stringMatching(/root@nas.* cannot be reached/)]);
  expect(existsSync(folder)).toBe(false);
  expect(await kvmLive(["discover", "a b", "--out", folder])).toMatchObject({ code: 2 });
});

test("a machine with two names is an error", async () => {
  const { "hv-a": one, nas } = await fleet();
  reachable({ "hv-a": one, "hv-x": one, nas });
  await expect(discover(["hv-a", "hv-x"], { sshConfig })).rejects.toThrow(
    "hv-a and hv-x are the same machine. Leave one of them out.",
  );
});
