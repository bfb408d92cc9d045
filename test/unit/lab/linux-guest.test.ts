import { payloadOf } from "../../../lab/guest/linux/kernel";
import { loadOrder } from "../../../lab/guest/linux/modules";
import { linuxDomainXml } from "../../../lab/guest/linux-domain";
import { announcementFilter } from "../../../lab/machine/announcement";

test("modules are loaded after what they need, each once", () => {
  const dependencies = [
    "kernel/net/virtio_net.ko: kernel/net/failover.ko kernel/virtio/virtio.ko kernel/virtio/virtio_ring.ko",
    "kernel/virtio/virtio.ko: kernel/virtio/virtio_ring.ko",
    "kernel/acpi/button.ko:",
    "",
  ].join("\n");
  expect(loadOrder(dependencies, ["virtio", "button", "virtio_net"])).toEqual([
    "kernel/virtio/virtio_ring.ko",
    "kernel/virtio/virtio.ko",
    "kernel/acpi/button.ko",
    "kernel/net/failover.ko",
    "kernel/net/virtio_net.ko",
  ]);
  expect(() => loadOrder(dependencies, ["net"])).toThrow("The kernel has no module net.");
});

test("the compressed kernel is found in its image, without the size that follows it", () => {
  const image = Buffer.alloc(4096);
  image.write("HdrS", 0x202);
  image.writeUInt8(1, 0x1f1);
  image.writeUInt32LE(16, 0x248);
  image.writeUInt32LE(12, 0x24c);
  image.write("compressSIZE", 1024 + 16);
  expect(payloadOf(image).toString()).toBe("compress");
  expect(() => payloadOf(Buffer.alloc(4096))).toThrow("The kernel is no bzImage.");
});

test("an announcement is a RARP packet of the guest's, in VXLAN, from one host", () => {
  expect(announcementFilter("10.77.0.12", "52:54:00:c5:c5:40")).toBe(
    "udp dst port 4789 and src host 10.77.0.12 and udp[22:4] = 0x525400c5 and udp[26:2] = 0xc540 and udp[28:2] = 0x8035",
  );
});

test("a definition points at the guest's own files, and tells it its address", () => {
  const guest = { name: "tux", folder: "/srv/vm", memoryMiB: 192, bridge: "guests0", address: "10.79.0.101/24" };
  const xml = linuxDomainXml(guest);
  expect(xml).toContain("<kernel>/srv/vm/tux.vmlinux</kernel>");
  expect(xml).toContain("<initrd>/srv/vm/tux.cpio</initrd>");
  expect(xml).toContain("<cmdline>quiet address=10.79.0.101/24</cmdline>");
});
