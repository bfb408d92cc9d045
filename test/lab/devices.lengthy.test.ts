/**
 * What `docs/devices.md` says of each device, judged by libvirt and QEMU themselves: a guest that has it moves by plain
 * `virsh migrate`, or is refused; left out, libvirt takes the definition.
 */
import { shareFolder } from "../../lab/by-hand/nfs";
import { exchangeCertificates } from "../../lab/by-hand/tls";
import type { LabHost } from "../../lab/lab-host";
import { canonicalDefinition, markedDefinition } from "../../provider/libvirt/definition/domain-xml";
import { parseXml } from "../../provider/libvirt/definition/xml";
import { domain } from "../../provider/resources/domain/definition";
import { deviceFiles, deviceGuests } from "./device-guests";
import { prepareHypervisors, runningLab } from "./support";

const { lab, nas, hvA, hvB } = runningLab();
const hvC = lab.host("hv-c");
const folder = "/srv/vm/device-guests";
const names = Object.keys(deviceGuests);

function xmlOf(name: string): string {
  const { devices = "", rest = "" } = deviceGuests[name] ?? {};
  return `<domain type='qemu'><name>device-guest</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
    <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><features><acpi/></features><on_reboot>restart</on_reboot>
    <devices>${devices.includes("type='usb'") ? "" : "<controller type='usb' model='none'/>"}${devices}<memballoon model='none'/></devices>${rest}</domain>`;
}

const verdictOf = (name: string, blockingDevices: unknown) =>
  domain.schema.safeParse({ xml: xmlOf(name), blockingDevices });

function definitionOf(name: string, blockingDevices: "keep" | "remove"): string {
  const args = domain.schema.parse({ xml: xmlOf(name), blockingDevices });
  return markedDefinition(String(domain.derived?.from(args, "urn").definition), undefined);
}

const moveTo = ({ name, address }: LabHost) => [
  ...["virsh", "migrate", "--live", "--persistent", "--undefinesource", "device-guest", `qemu+tls://${name}/system`],
  ...["--migrateuri", `tcp://${address}`],
];

const forget = (host: LabHost) =>
  host.tryExec(["sh", "-c", "virsh destroy device-guest; virsh undefine device-guest --keep-nvram --keep-tpm"]);

beforeAll(async () => {
  await prepareHypervisors();
  await lab.up({ hosts: ["hv-c"] });
  await shareFolder(nas, [hvA, hvB, hvC], "/srv/vm");
  await exchangeCertificates([hvA, hvB, hvC]);
  await nas.exec(["mkdir", "-p", folder]);
  for (const [name, command] of deviceFiles)
    await hvA.script(`rm -rf "$1"; ${command}; chmod -R 777 "$1"`, `${folder}/${name}`);
});
afterAll(async () => {
  await Promise.all([hvA, hvB, hvC].map(forget));
  await hvC.kill();
});

test("dumps of one running guest by both releases are one definition", async () => {
  const chatty =
    "<serial type='pty'/><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel><graphics type='vnc' port='-1' autoport='yes' websocket='-1'/><video><model type='virtio'/></video>";
  const input = definitionOf("plain disk", "keep").replace("<memballoon", `${chatty}<memballoon`);
  await hvA.exec(["virsh", "define", "/dev/stdin", "--validate"], { input });
  await hvA.exec(["virsh", "start", "device-guest"]);
  const canonical = async (host: LabHost) =>
    canonicalDefinition(parseXml((await host.exec(["virsh", "dumpxml", "device-guest"])).stdout), "urn").definition;
  const before = await canonical(hvA);
  await hvA.exec(moveTo(hvC));
  expect(await canonical(hvC)).toBe(before);
  await Promise.all([hvA, hvC].map(forget));
});

test.each(names)("%s: by default it is refused or accepted as QEMU would", (name) => {
  const blocked = deviceGuests[name]?.blocked;
  const { error } = verdictOf(name, "fail");
  if (blocked === undefined) expect(error).toBeUndefined();
  else expect(error?.issues.map(({ message }) => message).join()).toContain(`remove: ["${blocked}"]`);
});

describe.each(["hv-a", "hv-c"])("from %s", (source) => {
  const from = lab.host(source);

  // Debian 13 has QEMU's Spice in a package of its own.
  const made = names.filter((name) => source !== "hv-c" || !deviceGuests[name]?.devices.includes("spice"));

  test.each(made)("%s", async (name) => {
    await Promise.all([from, hvB].map(forget));
    const left = definitionOf(name, "remove");
    await from.exec(["virsh", "define", "/dev/stdin", "--validate"], { input: left });
    await from.exec(["virsh", "define", "/dev/stdin", "--validate"], { input: definitionOf(name, "keep") });
    await from.exec(["virsh", "start", "device-guest"]);
    const { exitCode, stderr } = await from.tryExec(moveTo(hvB));
    const blocked = deviceGuests[name]?.blocked;
    console.log(`${source} ${name}: ${exitCode === 0 ? "moved" : stderr.trim().slice(0, 200)}`);
    expect({ moved: exitCode === 0, stderr }).toMatchObject({ moved: blocked === undefined });
  });
});
