import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../../../lab/paths";
import { adaptToLab } from "../../../../lab/scenarios/adapt-domain";
import { requirementsOf } from "../../../../provider/libvirt/definition/requirements";

const seed = readFileSync(join(repository, "examples/live-migration/ubuntu-14.04.xml"), "utf8");

test("requirements of the original article's domain", () => {
  expect(requirementsOf(seed)).toEqual([
    { kind: "emulator", what: "/usr/bin/kvm-spice" },
    { kind: "image", what: "/home/cliu8/migrate/ubuntu-14.04.img" },
    { kind: "bridge", what: "ubuntu_br" },
  ]);
});

test("a serial log needs its folder", () => {
  expect(requirementsOf(adaptToLab(seed))).toContainEqual({ kind: "folder", what: "/srv/vm" });
});

test("the lab changes the article's XML in these lines only", () => {
  const kept = new Set(seed.split("\n"));
  const changed = adaptToLab(seed)
    .split("\n")
    .filter((line) => !kept.has(line))
    .map((line) => line.trim());
  expect(changed).toEqual([
    "<domain type='qemu' id='55'>",
    "<memory unit='KiB'>65536</memory>",
    "<currentMemory unit='KiB'>65536</currentMemory>",
    "<type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>",
    "<emulator>/usr/bin/qemu-system-x86_64</emulator>",
    "<source file='/srv/vm/ubuntu-14.04.qcow2'/>",
    "<serial type='file'>",
    "<source path='/srv/vm/ubuntu-14.04.log' append='on'/>",
  ]);
});

describe("each of these needs something", () => {
  const needs = (inner: string, rest = "") =>
    requirementsOf(`<domain type='kvm'>${rest}<devices>${inner}</devices></domain>`).map(
      ({ kind, what }) => `${kind} ${what}`,
    );

  test.each<[string, string[]]>([
    [
      "<disk type='file'><source file='/top'/><backingStore type='file'><format type='raw'/><source file='/base'/><backingStore/></backingStore></disk>",
      ["image /top", "image /base"],
    ],
    ["<disk type='block'><source dev='/dev/disk/by-id/wwn-1'/></disk>", ["image /dev/disk/by-id/wwn-1"]],
    ["<disk type='volume'><source pool='p' volume='v'/></disk>", ["volume p/v"]],
    ["<disk type='file' device='cdrom'><source file='/a.iso'/></disk>", ["medium /a.iso"]],
    ["<disk type='file' device='cdrom'><source file='/a.iso' startupPolicy='optional'/></disk>", []],
    ["<disk type='file' device='cdrom'/>", []],
    ["<graphics type='vnc' port='5999' autoport='no'/>", ["free port 127.0.0.1:5999"]],
    ["<graphics type='vnc' port='5900' autoport='yes' listen='0.0.0.0'/>", []],
    ["<graphics type='vnc' port='5999'><listen type='network' network='lan'/></graphics>", ["network lan"]],
    [
      "<graphics type='spice' port='5999' tlsPort='6000'><listen type='address' address='::'/></graphics>",
      ["free port *:5999", "free port *:6000"],
    ],
    [
      "<serial type='tcp'><source mode='bind' host='fd00::1' service='4555'/></serial>",
      ["address fd00::1", "free port [fd00::1]:4555"],
    ],
    ["<serial type='tcp'><source mode='connect' host='10.0.0.1' service='4555'/></serial>", []],
    [
      "<disk type='network'><auth username='u'><secret type='ceph' uuid='1-2'/></auth><source protocol='rbd' name='p/i'/></disk>",
      ["secret 1-2"],
    ],
    [
      "<disk type='file'><source file='/a'><encryption format='luks'><secret usage='u'/></encryption></source></disk>",
      ["image /a", "secret u"],
    ],
    [
      "<interface type='network'><source network='default'/><filterref filter='clean'/></interface>",
      ["network default", "network filter clean"],
    ],
    ["<interface type='direct'><source dev='eth1' mode='bridge'/></interface>", ["network interface eth1"]],
    [
      "<graphics type='vnc' listen='10.0.0.1'><listen type='address' address='10.0.0.1'/></graphics>",
      ["address 10.0.0.1"],
    ],
    ["<graphics type='vnc' listen='10.0.0.1'/>", ["address 10.0.0.1"]],
    [
      "<graphics type='vnc' listen='2001:DB8:0::1'/><graphics type='vnc' listen='fe80::1%eth0'/>",
      ["address 2001:db8::1"],
    ],
    [
      "<graphics type='vnc' listen='0.0.0.0'/><graphics type='spice'><listen type='network' network='n'/></graphics>",
      ["network n"],
    ],
    ["<serial type='file'><source path='/log/a'/><log file='/logs/b'/></serial>", ["folder /logs", "folder /log"]],
    ["<channel type='unix'><source mode='bind' path='/run/x/a'/></channel>", ["folder /run/x"]],
    ["<channel type='unix'><source mode='connect' path='/run/x/a'/></channel>", ["file /run/x/a"]],
    [
      "<serial type='tcp'><source mode='bind' host='10.0.0.1' service='1'/></serial>",
      ["address 10.0.0.1", "free port 10.0.0.1:1"],
    ],
    ["<serial type='dev'><source path='/dev/ttyS0'/></serial>", ["device /dev/ttyS0"]],
    [
      "<hostdev type='usb'><source><vendor id='0x46d'/><product id='0xc52b'/></source></hostdev>",
      ["USB device 046d:c52b"],
    ],
    ["<hostdev type='usb'><source><address bus='1' device='4'/></source></hostdev>", ["USB device 1.4"]],
    ["<hostdev type='usb'><source startupPolicy='optional'><vendor id='1'/><product id='2'/></source></hostdev>", []],
    [
      "<hostdev type='pci'><source><address domain='0' bus='0x1' slot='0x2' function='0x3'/></source></hostdev>",
      ["PCI device 0000:01:02.3"],
    ],
    ["<tpm><backend type='emulator'/></tpm>", ["program swtpm", "program swtpm_setup"]],
    [
      "<tpm><backend type='emulator'><encryption secret='6dd3'/></backend></tpm>",
      ["program swtpm", "program swtpm_setup", "secret 6dd3"],
    ],
    ["<rng><backend model='random'>/dev/hwrng</backend></rng>", ["device /dev/hwrng"]],
    ["<input type='evdev'><source dev='/dev/input/event3'/></input>", ["device /dev/input/event3"]],
    ["<memory model='nvdimm'><source><path>/srv/pmem</path></source></memory>", ["image /srv/pmem"]],
    ["<hostdev mode='subsystem' type='pci'><rom file='/rom'/></hostdev>", ["file /rom"]],
  ])("%s", (device, expected) => expect(needs(device)).toEqual(expected));

  test.each<[string, string[]]>([
    [
      "<os><loader type='pflash'>/usr/share/OVMF.fd</loader><nvram template='/usr/share/VARS.fd'>/var/a</nvram><kernel>/k</kernel><initrd>/i</initrd><dtb>/d</dtb></os>",
      ["file /usr/share/OVMF.fd", "file /k", "file /i", "file /d", "file /usr/share/VARS.fd"],
    ],
    ["<sysinfo type='fwcfg'><entry name='opt/a' file='/blob'/></sysinfo>", ["file /blob"]],
    [
      "<memory unit='GiB'>2</memory><memoryBacking><hugepages><page size='1' unit='GiB'/></hugepages></memoryBacking>",
      ["huge pages 1048576 2"],
    ],
    [
      "<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:arg value='-fw_cfg'/><q:arg value='name=opt/a,file=/blob'/><q:arg value='-drive'/><q:arg value='file=/img,if=none,id=x'/></q:commandline>",
      ["image /img", "file /blob"],
    ],
  ])("%s", (rest, expected) => expect(needs("", rest)).toEqual(expected));
});
