import { canonicalDefinition, definitionProblems } from "../../../../provider/libvirt/definition/domain-xml";
import { parseXml } from "../../../../provider/libvirt/definition/xml";

const canonical = (xml: string) => canonicalDefinition(parseXml(xml), "seed").definition;
const uuid = "5f0a3f54-4444-4222-8333-94a1b2c3d4e5";
const head = `<name>web</name><uuid>${uuid}</uuid><memory unit='MiB'>64</memory>`;

/** One running guest, as dumped at another moment, on another host, or by another release. */
const dump = (run: { id: number; pts: string; ports: number; libDir: string; label: string; index: number }) => `
<domain type='kvm' id='${run.id}'>${head}
  <resource><partition>/machine</partition></resource>
  <devices>
    <disk type='file' device='disk'>
      <source file='/srv/vm/web.qcow2' index='${run.index}'/>
      <backingStore type='file' index='${run.index + 1}'><format type='raw'/><source file='/srv/vm/base'/><backingStore/></backingStore>
      <mirror type='file' job='copy' ready='yes'><source file='/tmp/${run.id}'/></mirror>
      <target dev='vda' bus='virtio'/><alias name='virtio-disk${run.id}'/>
    </disk>
    <disk type='file' device='cdrom'><target dev='sda' bus='sata' ${run.id > 5 ? "tray='open'" : ""}/><readonly/></disk>
    <interface type='network'>
      <mac address='52:54:00:00:00:01'/>
      <source network='default' portid='1b7ab0cd-0000-4000-8000-00000000000${run.id}' bridge='virbr${run.id}'/>
      <target dev='vnet${run.id}'/><alias name='net0'/>
    </interface>
    <serial type='pty'><source path='${run.pts}'/><target type='isa-serial' port='0'/></serial>
    <console type='pty' tty='${run.pts}'><source path='${run.pts}'/><target type='serial' port='0'/></console>
    <channel type='unix'>
      <source mode='bind' path='${run.libDir}org.qemu.guest_agent.0'/>
      <target type='virtio' name='org.qemu.guest_agent.0' state='${run.id > 5 ? "connected" : "disconnected"}'/>
    </channel>
    <graphics type='vnc' port='${run.ports}' autoport='yes' websocket='${run.ports - 200}' listen='127.0.0.1'>
      <listen type='address' address='127.0.0.1'/>
    </graphics>
    <graphics type='spice' port='${run.ports + 1}' tlsPort='${run.ports + 2}' autoport='yes' listen='10.0.0.${run.id}'>
      <listen type='network' address='10.0.0.${run.id}' network='default'/>
    </graphics>
    <graphics type='vnc' socket='/var/lib/libvirt/qemu/domain-${run.id}-web/vnc.sock'>
      <listen type='socket' socket='/var/lib/libvirt/qemu/domain-${run.id}-web/vnc.sock'/>
    </graphics>
    <hostdev mode='subsystem' type='usb'>
      <source><vendor id='0x1234'/><product id='0xbeef'/><address bus='1' device='${run.id}'/></source>
    </hostdev>
    <vsock model='virtio'><cid auto='yes' address='${run.id}'/></vsock>
  </devices>
  <seclabel type='dynamic' model='${run.label}' relabel='yes'><label>x:${run.id}</label><imagelabel>x:${run.id}</imagelabel></seclabel>
</domain>`;

test("two dumps of one running guest are one definition", () => {
  const libDir9 = "/var/lib/libvirt/qemu/channel/target/domain-3-web/";
  const one = dump({ id: 3, pts: "/dev/pts/1", ports: 5900, libDir: libDir9, label: "apparmor", index: 1 });
  const other = dump({
    id: 9,
    pts: "/dev/pts/7",
    ports: 5910,
    libDir: "/run/libvirt/qemu/channel/9-web/",
    label: "selinux",
    index: 4,
  });
  expect(canonical(one)).toBe(canonical(other));
  const definition = canonical(one);
  for (const trace of [
    "portid",
    "virbr",
    "vnet",
    "/dev/pts",
    "state=",
    "5900",
    "5700",
    "tlsPort",
    "mirror",
    "index=",
    "seclabel",
    "domain-3",
    "10.0.0.3",
    "<address bus",
  ])
    expect(definition).not.toContain(trace);
  for (const kept of [
    'websocket="-1"',
    "/srv/vm/base",
    'network="default"',
    "guest_agent",
    '<listen type="socket"/>',
    "0xbeef",
  ])
    expect(definition).toContain(kept);
  expect(canonical(definition)).toBe(definition);
});

test("controllers are beside those of their kind, as after a move", () => {
  const [serial, root, port] = [
    "<controller type='virtio-serial' index='0'/>",
    "<controller type='pci' index='0'/>",
    "<controller type='pci' index='1'/>",
  ] as const;
  const live = (...controllers: string[]) =>
    canonical(`<domain type='kvm' id='1'>${head}<devices><disk/>${controllers.join("")}<rng/></devices></domain>`);
  expect(live(root, serial, port)).toBe(live(root, port, serial));
  const written = `<domain type='kvm'>${head}<devices>${root}${serial}${port}</devices></domain>`;
  expect(canonical(written)).toMatch(/pci.*\n.*virtio-serial.*\n.*pci/);
});

test("a watchdog that is part of the machine is none of the definition's", () => {
  const itco = (live: string) =>
    canonical(`<domain type='kvm' ${live}>${head}<devices><watchdog model='itco' action='reset'/></devices></domain>`);
  expect(itco("id='1'")).not.toContain("itco");
  expect(itco("")).toContain("itco");
});

test.each([
  "<interface type='network'><source network='lan' portgroup='a' portid='1' bridge='virbr0'/></interface>",
  "<interface type='bridge'><source network='lan' portgroup='a' portid='1' bridge='br0'/></interface>",
  "<interface type='direct'><source network='lan' portgroup='a' portid='1' dev='eth0' mode='bridge'/></interface>",
  "<interface type='hostdev' managed='yes'><source network='lan' portgroup='a'><address type='pci' bus='1'/></source></interface>",
])("%s is an interface of its network", (xml) => {
  const interfaceOf = (text: string) =>
    canonical(`<domain type='kvm' id='1'>${head}<devices>${text}</devices></domain>`);
  expect(interfaceOf(xml)).toBe(
    interfaceOf("<interface type='network'><source network='lan' portgroup='a'/></interface>"),
  );
});

test("what the user has chosen stays", () => {
  const chosen = `<domain type='kvm'>${head}<devices>
    <graphics type='vnc' port='5950' autoport='no' websocket='5750' listen='10.0.0.1'><listen type='address' address='10.0.0.1'/></graphics>
    <channel type='unix'><source mode='bind' path='/srv/agent.sock'/><target type='virtio' name='a'/></channel>
    <serial type='file'><source path='/srv/log'/></serial>
    <disk><alias name='ua-data'/></disk>
    <hostdev mode='subsystem' type='usb'><source><vendor id='1'/><product id='2'/><address bus='1' device='4'/></source></hostdev>
  </devices>
  <resource><partition>/customer</partition></resource>
  <seclabel type='static' model='dac' relabel='no'><label>64055:64055</label></seclabel></domain>`;
  const definition = canonical(chosen);
  for (const kept of [
    "5950",
    "5750",
    "10.0.0.1",
    "/srv/agent.sock",
    "/srv/log",
    "ua-data",
    "/customer",
    "64055:64055",
    'device="4"',
  ])
    expect(definition).toContain(kept);
});

test.each([
  "mode='connect' path='/var/lib/libvirt/qemu/channel/target/web.agent'",
  "mode='bind' path='/var/lib/libvirt/qemu/channel/target/mine'",
  "mode='bind' path='/var/lib/libvirt/qemu/channel/target/web/agent'",
  "mode='bind' path='/tmp/libvirt/qemu/channel/1-web/agent'",
])("a socket that libvirt would not make stays: %s", (source) => {
  const channel = `<channel type='unix'><source ${source}/><target type='virtio' name='agent'/></channel>`;
  expect(canonical(`<domain type='kvm'>${head}<devices>${channel}</devices></domain>`)).toContain("<source ");
});

test.each(["target/web.agent", "target/domain-web/agent", "target/domain-3-web/agent", "3-web/agent"])(
  "a socket that libvirt makes goes: %s",
  (path) => {
    const source = `<source mode='bind' path='/var/lib/libvirt/qemu/channel/${path}'/>`;
    const channel = `<channel type='unix'>${source}<target type='virtio' name='agent'/></channel>`;
    expect(canonical(`<domain type='kvm'>${head}<devices>${channel}</devices></domain>`)).not.toContain("<source");
  },
);

test("metadata is the user's, whatever it looks like", () => {
  const metadata =
    '<metadata><my:app xmlns:my="urn:my"><alias name="x"/><target dev="vnet3"/><console type="pty" tty="/dev/pts/1"><source path="/dev/pts/1"/></console></my:app></metadata>';
  const definition = canonical(`<domain type='kvm' id='1'>${head}${metadata}</domain>`);
  for (const kept of ['<alias name="x"/>', 'dev="vnet3"', 'tty="/dev/pts/1"', '<source path="/dev/pts/1"/>'])
    expect(definition).toContain(kept);
});

test("a generation's identifier is chosen once", () => {
  const definition = canonical(`<domain type='kvm'>${head}<genid/></domain>`);
  expect(definition).toMatch(/<genid>[0-9a-f]{8}-[0-9a-f-]{27}<\/genid>/);
  expect(canonical(`<domain type='kvm'>${head}<genid/></domain>`)).toBe(definition);
  expect(canonical(`<domain type='kvm'>${head}<genid>1-2</genid></domain>`)).toContain("<genid>1-2</genid>");
});

test("a UUID is read as libvirt reads it", () => {
  const bare = uuid.replaceAll("-", "").toUpperCase();
  expect(canonical(`<domain type='kvm'><name>a</name><uuid>\n ${bare} </uuid></domain>`)).toContain(
    `<uuid>${uuid}</uuid>`,
  );
});

test.each(["xen", "lxc", "hvf", "nonsense"])("a domain of type %s is refused", (type) => {
  expect(definitionProblems(parseXml(`<domain type='${type}'><name>a</name></domain>`))).toEqual([
    expect.stringMatching(/^has the type ".*": only guests of QEMU/),
  ]);
});
