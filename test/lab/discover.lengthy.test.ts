/**
 * Guests, exports and mounts that were made by hand: the program that `discover` writes takes them over by the real CLI, and
 * nothing on the hosts changes but what it says.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildGuest, guests } from "../../lab/guest/build";
import { domainXml, type GuestDomain, imagePath, serialLogPath } from "../../lab/guest/domain";
import { subnet } from "../../lab/hosts";
import type { LabHost } from "../../lab/lab-host";
import { repository } from "../../lab/paths";
import { createPulumiWorkspace, type PulumiWorkspace } from "../../lab/pulumi/workspace";
import { type Discovery, discover } from "../../provider/discover";
import { reportOf } from "../../provider/discover/report";
import { exportFile } from "../../provider/nfs/export-file";
import { unitFile, unitName } from "../../provider/nfs/mount-unit";
import { expectCleanImport } from "../imported-by-cli";
import { pluginWorkspace } from "../plugin-workspace";
import { clearHypervisors, everything, expectUnbroken, lengthyTest, removeGuest, runningLab } from "./support";

const { lab, nas, hvA, hvB } = runningLab();
const hosts = [hvA, hvB, nas];
const scratch = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-discover-"));
const [program, sshConfig] = [join(scratch, "program"), join(scratch, "ssh-config")];
const path = "/srv/taken";
const listed = "/srv/listed";
const password = "op<n&me";
const made = (name: string): GuestDomain => ({ name, folder: path, memoryMiB: 64 });
const [web, desk, db, halted, passing] = ["web", "desk", "db", "halted", "passing"].map(made) as [
  GuestDomain,
  GuestDomain,
  GuestDomain,
  GuestDomain,
  GuestDomain,
];
const all = [web, desk, db, halted, passing];
const running = [web, desk, db, passing];

const ports = Array.from({ length: 14 }, () => "<controller type='pci' model='pcie-root-port'/>").join("");
const timers = ["rtc' tickpolicy='catchup", "pit' tickpolicy='delay", "hpet' present='no"];
/** What virt-install writes for a guest of no particular system, beside its disk; the serial port is the counter's. */
const byVirtInstall = (guest: GuestDomain) => `<domain type='qemu'>
  <name>${guest.name}</name>
  <metadata><libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
    <libosinfo:os id="http://debian.org/debian/12"/></libosinfo:libosinfo></metadata>
  <memory>${guest.memoryMiB * 1024}</memory>
  <currentMemory>${guest.memoryMiB * 1024}</currentMemory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type><boot dev='hd'/></os>
  <features><acpi/><apic/><vmport state='off'/></features>
  <clock offset='utc'>${timers.map((timer) => `<timer name='${timer}'/>`).join("")}</clock>
  <pm><suspend-to-mem enabled='no'/><suspend-to-disk enabled='no'/></pm>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='none'/><source file='${imagePath(guest)}'/><target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
    <controller type='usb' model='qemu-xhci' ports='15'/>
    <controller type='pci' model='pcie-root'/>${ports}
    <serial type='file'><source path='${serialLogPath(guest)}' append='on'/></serial>
    <channel type='unix'><source mode='bind'/><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <input type='tablet' bus='usb'/>
    <graphics type='vnc' port='-1' listen='127.0.0.1'/>
    <video><model type='vga'/></video>
    <memballoon model='virtio'/>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices>
</domain>`;

const withPassword = (xml: string) =>
  xml.replace("</devices>", "<graphics type='vnc' port='-1' autoport='yes' passwd='op&lt;n&amp;me'/></devices>");

async function define(host: LabHost, guest: GuestDomain, xml: string, how: string): Promise<void> {
  await nas.upload(await buildGuest(guests.beat), imagePath(guest));
  await host.script(`printf '%s' "$2" > /run/made.xml; ${how}; rm /run/made.xml`, guest.name, xml);
}

/** All that is set up on a host, byte for byte, but for what the program says that it writes. */
async function filesOf(host: LabHost): Promise<string> {
  const { stdout } = await host.script(
    `cd /etc
     find . -type f ! -path "./libvirt/qemu/*.xml" ! -path ".$(printf %s "$1" | cut -c5-)" ! -path ".$(printf %s "$2" | cut -c5-)" -exec sha256sum {} + | sort -k 2
     find . -type l ! -path "*/remote-fs.target.wants/$3" -printf '%p %l\\n' | sort
     for file in libvirt/qemu/*.xml; do
       [ ! -e "$file" ] || { echo "$file"; sed '/<metadata>/d; /<.metadata>/d; /kvm-live/d' "$file"; }
     done
     find /var/lib/libvirt/qemu -maxdepth 1 -name '*.xml' -o -name '*.save' | sort`,
    exportFile(path),
    unitFile(path),
    unitName(path),
  );
  return stdout;
}

/** What runs there. */
async function runsOn(host: LabHost): Promise<string> {
  const { stdout } = await host.script(
    `exportfs -s; findmnt -rn -t nfs,nfs4 -o TARGET,SOURCE,OPTIONS || true; pgrep -a qemu-system || true; pgrep -x libvirtd || true
     ! command -v virsh > /dev/null || ! systemctl is-active --quiet libvirtd.socket || {
       virsh list --all | tail -n +3 | sort; virsh list --all --autostart --name
       for name in $(virsh list --all --name); do
         virsh dumpxml --security-info "$name" | sed '/<metadata>/d; /<.metadata>/d; /kvm-live/d'
       done
     }`,
  );
  return stdout;
}

const seen = async () => Promise.all(hosts.map(async (host) => [host.name, await filesOf(host), await runsOn(host)]));

let before: string[][];
let stack: PulumiWorkspace;
let discovery: Discovery;

beforeAll(async () => {
  if (!everything) return;
  await clearHypervisors();
  await nas.script(
    `mkdir -p "$1" "$2"; rm -f "$1"/*
     exportfs -o rw,sync,no_root_squash,no_subtree_check "$3:$1"
     printf '%s *(ro,sync,no_subtree_check)\\n' "$2" >> /etc/exports; exportfs -ra
     exportfs -o rw,sync,no_root_squash,no_subtree_check "$3:$1"`,
    ...[path, listed, subnet],
  );
  const source = `${nas.address}:${path}`;
  await hvA.script(
    `mkdir -p "$1"; printf '%s %s nfs vers=4.2,hard,noatime,sync,actimeo=0,_netdev 0 0\\n' "$2" "$1" >> /etc/fstab
     systemctl daemon-reload; mount "$1"`,
    ...[path, source],
  );
  await hvB.script('mkdir -p "$1"; mount -t nfs -o vers=4.2,hard,noatime,sync,actimeo=0 "$2" "$1"', path, source);
  const start = 'virsh define /run/made.xml; virsh start "$1"';
  await define(hvA, web, domainXml(web), `${start}; virsh autostart "$1"`);
  await define(hvA, desk, byVirtInstall(desk), start);
  await define(hvB, db, withPassword(domainXml(db)), start);
  await define(hvB, halted, domainXml(halted), "virsh define /run/made.xml");
  await define(hvB, passing, domainXml(passing), "virsh create /run/made.xml");
  for (const guest of running) await expectUnbroken(guest);
  const entries = hosts.map(({ name, address }) => `Host ${name}\n  HostName ${address}\n`).join("");
  const { identityFile, knownHostsFile } = lab.ssh;
  writeFileSync(
    sshConfig,
    `${entries}Host *\n  IdentityFile ${identityFile}\n  UserKnownHostsFile ${knownHostsFile}\n  GlobalKnownHostsFile none\n`,
  );
  before = await seen();
});

afterAll(async () => {
  if (!everything) return;
  for (const { name } of all) await removeGuest(name);
  await Promise.all(
    [hvA, hvB].map((host) =>
      host.script(
        `systemctl disable --quiet "$3" || true; rm -f "$2"; systemctl daemon-reload
         umount "$1"; rmdir "$1"; sed -i "\\\\# $1 nfs #d" /etc/fstab; systemctl daemon-reload`,
        ...[path, unitFile(path), unitName(path)],
      ),
    ),
  );
  await nas.script(
    `rm -f "$3"; sed -i "\\\\#^$2 #d" /etc/exports; exportfs -ra; rm -rf "$1" "$2"`,
    ...[path, listed, exportFile(path)],
  );
  rmSync(scratch, { recursive: true });
});

const said = ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr;
const pulumiIn =
  (cwd: string) =>
  (...args: string[]) =>
    stack.pulumi(args, { cwd });
const pulumi = pulumiIn(program);

/** As the command line does it, with the packages of this repository in the place of `npm install`. */
function write({ files }: Discovery, folder: string): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
}

lengthyTest("the hosts are read, and nothing on them changes", async () => {
  discovery = await discover(
    hosts.map(({ name }) => name),
    { sshConfig },
  );
  process.stdout.write(`${reportOf(discovery, program)}\n${discovery.files["index.ts"]}\n`);
  expect(discovery.adopted.map(({ what }) => what).sort()).toEqual(
    [
      ...[`the export of ${path} on nas`, `the mount at ${path} on hv-a`, `the mount at ${path} on hv-b`],
      ...[web, desk].map(({ name }) => `the domain "${name}" on hv-a`),
      ...[db, halted, passing].map(({ name }) => `the domain "${name}" on hv-b`),
    ].sort(),
  );
  expect(discovery.leftOut).toEqual([
    { what: `the export of ${listed} on nas`, reason: expect.stringContaining("/etc/exports exports") },
  ]);
  expect(discovery.secrets).toEqual([{ key: "dbPassword", what: 'the password of "db"' }]);
  expect(JSON.stringify(discovery)).not.toContain("op&lt;n");
  expect(await seen()).toEqual(before);
});

lengthyTest("an import prints a program that previews without a change, and nothing on the hosts changes", async () => {
  const workspace = await pluginWorkspace({ wrap: (argv) => lab.enter(argv) });
  await expectCleanImport(workspace, sshConfig, [
    { type: "NfsExport", name: "images", id: `${path}@nas` },
    ...["hv-a", "hv-b"].map((host) => ({ type: "NfsMount", name: host, id: `${path}@${host}` })),
    ...[web, desk, halted].flatMap(({ name }) => [
      { type: "Domain", name, id: `${name}@hv-a,hv-b` },
      { type: "DomainPlacement", name: `${name}-placed`, id: `${name}@hv-a,hv-b` },
    ]),
  ]);
  workspace.remove();
  expect(await seen()).toEqual(before);
});

lengthyTest("the preview of the program shows creates only, and what is taken over as it is", async () => {
  write(discovery, program);
  const folder = join(scratch, "workspace");
  stack = await createPulumiWorkspace({ program: "examples/hosts", folder, wrap: (argv) => lab.enter(argv) });
  await pulumi("stack", "init", "lab");
  const env = { ...stack.env, PULUMI_NODEJS_TRANSPILE_ONLY: "false" }; // its types are checked as a user's are
  const unset = await stack.tryPulumi(["preview"], { cwd: program, env });
  expect(said(unset)).toContain("pulumi config set --secret");
  await pulumi("config", "set", "--secret", "dbPassword", password);
  const preview = said(await pulumi("preview"));
  process.stdout.write(`${preview}\n`);
  for (const { name } of all) expect(preview).toMatch(new RegExp(`Takes over ${name}, .* as it is`));
  for (const name of ["hv-a", "hv-b"]) expect(preview).toContain(`Takes over the mount at ${path} on ${name} as it is`);
  expect(preview).toContain(`Takes over the export of ${path} on nas as it is`);
  expect(preview).not.toMatch(/which is not as the program has it|As things are now/);
  const { changeSummary } = JSON.parse((await pulumi("preview", "--json")).stdout) as { changeSummary: object };
  expect(Object.keys(changeSummary)).toEqual(["create"]);
  expect(await seen()).toEqual(before);
});

lengthyTest("up changes nothing that runs, and no file but those that the preview names", async () => {
  process.stdout.write(`${said(await pulumi("up", "--yes", "--skip-preview"))}\n`);
  expect(await seen()).toEqual(before);
  for (const guest of running) await expectUnbroken(guest);
  const marks = await Promise.all(
    [web, desk, db, halted, passing].map(async ({ name }, index) => {
      const { stdout } = await (index < 2 ? hvA : hvB).exec(["virsh", "dumpxml", "--inactive", name]);
      return stdout.includes("kvm-live:domain");
    }),
  );
  expect(marks).toEqual(all.map(() => true));
});

lengthyTest("the next up and a refresh show no difference", async () => {
  await pulumi("up", "--yes", "--expect-no-changes");
  expect(said(await pulumi("refresh", "--yes"))).not.toMatch(/updated|drift/);
  await pulumi("preview", "--refresh", "--expect-no-changes");
  expect(await seen()).toEqual(before);
  for (const guest of running) await expectUnbroken(guest);
  expect(readFileSync(join(program, "index.ts"), "utf8")).not.toContain(password);
});

lengthyTest("hosts that a stack has are left out of the next program, with its name", async () => {
  const again = await discover(
    hosts.map(({ name }) => name),
    { sshConfig },
  );
  expect(again.adopted).toEqual([]);
  expect(again.leftOut).toHaveLength(9);
  const reasons = again.leftOut.map(({ reason }) => reason);
  expect(reasons.filter((reason) => reason.includes('of the stack "lab" (project "taken-over")'))).toHaveLength(8);
});
