import { blockingDevices } from "../../../../provider/libvirt/definition/blocking-devices";
import { parseXml } from "../../../../provider/libvirt/definition/xml";
import { unmovable } from "../../../../provider/libvirt/preflight/moving-definition";
import { printFinding } from "../../../../provider/placement/preflight/finding";

const running = (devices: string) =>
  blockingDevices(parseXml(`<domain type='kvm'><name>a</name><devices>${devices}</devices></domain>`));
const from = (libvirtVersion: string, qemuVersion: string) => ({ name: "hv-a", libvirtVersion, qemuVersion });
const virtiofs = "<filesystem><driver type='virtiofs'/><target dir='tag'/></filesystem>";

test("what was attached by hand keeps a guest from moving", () => {
  expect(unmovable("web", from("9.0.0", "7.2.22"), running("<shmem name='m'/>")).map(printFinding)).toEqual([
    expect.stringMatching(
      /^web cannot move from hv-a. It has shmem m, which cannot move live: .*\. Or detach it first/,
    ),
  ]);
});

test.each([
  ["9.0.0", "7.2.22", 1],
  ["9.1.0", "7.2.22", 0],
  ["11.3.0", "10.0.2", 0],
  ["", "", 1],
])("libvirt %s with QEMU %s decides by itself about virtiofs, or not", (libvirt, qemu, problems) => {
  expect(unmovable("web", from(libvirt, qemu), running(virtiofs))).toHaveLength(problems);
});
