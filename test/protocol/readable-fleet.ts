/** Hosts that are only read, by a real shell: with virsh, exportfs and systemctl that say what a test has written. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { programmedHost } from "./programmed-host";
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
    uri) echo qemu:///system ;;
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

/** Files of a test are its user's. */
const stat = `#!/bin/sh
user=$(/usr/bin/id -un) group=$(/usr/bin/id -gn)
/usr/bin/stat "$@" | sed "s/ $user $group$/ root root/; s/ $user$/ root/"
`;

/** Places of a host that are in a folder of the test's; what is printed names them as the host would. */
const places = [
  "/proc/self/mountinfo",
  "/proc/[0-9]",
  "/proc/net",
  "/proc/sys/kernel",
  "/etc/fstab",
  "/etc/exports",
  "/etc/firewalld",
  "/etc/ssh",
  "/etc/systemd",
  "/etc/ufw",
  "/etc/libvirt",
  "/etc/pki",
  "/var/lib/pulumi-kvm-live",
  "/root/.ssh",
  "/srv",
];
function inFolder(command: string, folder: string): string {
  const root = join(folder, "root");
  const moved = (text: string) => places.reduce((all, place) => all.replaceAll(place, `${root}${place}`), text);
  const script = places.map((place) => `s#${place.replaceAll("[", "\\[")}#${root}${place}#g`).join(";");
  return `out="${folder}/out.$$"; sed '${script}' | { ${moved(command)}; } > "$out"; code=$?
    sed 's#${root}##g' "$out"; rm -f "$out"; exit $code`;
}

/** Of ssh's configuration, by which the hosts are found. */
export const configFolder = mkdtempSync(join(tmpdir(), "discover-"));
export const sshConfig = join(configFolder, "config");
afterAll(() => rmSync(configFolder, { recursive: true }));

export interface Made {
  folder: string;
  scripted: ScriptedHost;
}

type Texts = Readonly<Record<string, string>>;

/** @param files in its folder, what it has itself under `root/`. @param programs beside or in place of those that are here */
export async function madeHost(files: Texts, programs: Texts = {}): Promise<Made> {
  const { folder, scripted } = await programmedHost(
    { virsh, systemctl, exportfs, stat, ...programs },
    { table: "" },
    inFolder,
  );
  const boot = {
    "root/proc/sys/kernel/random/boot_id": `${folder}\n`,
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
export function reachable(hosts: Readonly<Record<string, Made>>): void {
  writeFileSync(join(configFolder, "key"), clientKey.private, { mode: 0o600 });
  const known = Object.values(hosts).map(({ scripted }) => `[127.0.0.1]:${scripted.args.port} ${scripted.publicKey}\n`);
  writeFileSync(join(configFolder, "known"), known.join(""));
  const entries = Object.entries(hosts).map(
    ([name, { scripted }]) => `Host ${name}\n  HostName 127.0.0.1\n  Port ${scripted.args.port}\n`,
  );
  const login = `Host *\n  IdentityFile ${join(configFolder, "key")}\n  UserKnownHostsFile ${join(configFolder, "known")}\n`;
  writeFileSync(sshConfig, `${entries.join("")}${login}`);
}

export const uuidOf = (number: number) => `0f0806ab-531d-4134-8def-${String(number).padStart(12, "0")}`;
function domainFiles(number: number, name: string, state = "running", devices = "", autostart = "disable") {
  const xml = `<domain type='kvm'>\n<name>${name}</name>\n<uuid>${uuidOf(number)}</uuid>\n<devices>\n${devices}</devices>\n</domain>\n`;
  const info = `Name: x\nState:          ${state}\nUsed memory:    1024 KiB\nPersistent:     yes\nAutostart:      ${autostart}\n`;
  return { [`domains/${uuidOf(number)}.xml`]: xml, [`domains/${uuidOf(number)}.info`]: info };
}

const mountLine = `40 25 0:35 / /srv/vm rw,noatime - nfs4 nas:/srv/vm rw,vers=4.2,hard,proto=tcp,timeo=600,retrans=2,sec=sys\n`;
export const fleet = async () => {
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
