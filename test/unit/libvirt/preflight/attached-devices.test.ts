import { parseXml } from "../../../../provider/libvirt/definition/xml";
import { attachedDevices } from "../../../../provider/libvirt/preflight/attached-devices";

const xml = (devices: string) => `<domain type="kvm"><name>a</name><devices>${devices}</devices></domain>`;
const vda = '<disk device="disk"><target dev="vda"/></disk>';
const vdb = '<disk device="disk"><target dev="vdb"/></disk>';
const usb = '<hostdev mode="subsystem" type="usb"><source><vendor id="1"/><product id="2"/></source></hostdev>';
const net = (mac: string) => `<interface type="bridge"><mac address="${mac}"/></interface>`;

test("what was attached is named; what libvirt adds is not", () => {
  const controller = '<controller type="pci" index="0" model="pcie-root"/>';
  const running = parseXml(xml(vda + vdb + usb + net("52:54:00:00:00:01") + net("52:54:00:00:00:02") + controller));
  expect(attachedDevices(running, xml(vda + net("52:54:00:00:00:01")))).toEqual([
    "disk vdb",
    "host device (subsystem usb)",
    "interface bridge 52:54:00:00:00:02",
  ]);
  expect(attachedDevices(parseXml(xml(vda)), xml(vda + vdb))).toEqual([]);
});
