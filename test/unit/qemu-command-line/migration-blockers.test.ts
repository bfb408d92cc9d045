import { blockerProblem, migrationBlockersIn } from "../../../provider/qemu-command-line/migration-blockers";
import { argumentProblems } from "../../../provider/qemu-command-line/problems";

test.each([
  ["-device nvme,serial=1,drive=d", "nvme"],
  ['-device {"driver":"nvme","serial":"1"}', "nvme"],
  ["-device vfio-pci,host=01:00.0", "vfio"],
  ["-device ivshmem-plain,memdev=m", "shmem"],
  ["-device ivshmem-doorbell,chardev=c,vectors=2", "shmem"],
  ["-virtfs local,path=/srv,mount_tag=a,security_model=none", "9p"],
  ["-device virtio-9p-pci,fsdev=f,mount_tag=a", "9p"],
  ["-device vhost-user-fs-pci,chardev=c,tag=a", "virtiofs"],
  ["-device usb-audio", "sound"],
  ["-device virtio-sound-pci,audiodev=a", "sound"],
  ["-audio none,model=virtio", "sound"],
  ["-device usb-net,netdev=n", "usb-net"],
  ["-usbdevice braille", "usb-serial"],
  ["-usbdevice serial:pty", "usb-serial"],
  ["-usbdevice wacom-tablet", "qemu-device"],
  ["-device virtio-crypto-pci,cryptodev=c", "crypto"],
  ["-device virtio-gpu-gl-pci", "3d-acceleration"],
  ["-device virtio-vga,virgl=on", "3d-acceleration"],
  ["-device vhost-user-vsock-pci,chardev=c", "qemu-device"],
  ["-cpu host,+invtsc", "invtsc"],
  ["-cpu host,invtsc=on", "invtsc"],
  ["-cpu host,migratable=off", "invtsc"],
  ["-cpu max,migratable=off", "invtsc"],
  ["-cpu host,hv-passthrough", "hyperv-passthrough"],
  ["-cpu host,hv-no-nonarch-coresharing=auto", "hyperv-passthrough"],
  ["-accel kvm,xen-version=0x40011,kernel-irqchip=split", "qemu-device"],
  ["-object sev-guest,id=s,cbitpos=47,reduced-phys-bits=1", "launch-security"],
  ["-chardev qemu-vdagent,id=v", "vdagent"],
  ["-tpmdev passthrough,id=t", "tpm-passthrough"],
  ["-netdev vhost-vdpa,id=n,vhostdev=/dev/vhost-vdpa-0", "vdpa"],
  ["-drive file=/a.vmdk,format=vmdk", "image-format"],
  ["-blockdev vdi,node-name=a,file.driver=file,file.filename=/a", "image-format"],
  ["-drive file=fat:rw:/srv/folder", "vvfat"],
  ["-drive file=nvme://0000:01:00.0/1,if=virtio", "nvme"],
  ["-hda nvme://0000:01:00.0/1", "nvme"],
  ["-fda fat:floppy:rw:/srv/folder", "vvfat"],
  ["fat:rw:/srv/folder", "vvfat"],
  ['-hda json:{"driver":"vmdk","file":{"driver":"file","filename":"/a.vmdk"}}', "image-format"],
  ['-drive file=json:{"driver":"vdi"}', "image-format"],
])("%s cannot move: %s", (line, kind) => {
  const [found, ...others] = migrationBlockersIn(line.split(" "));
  expect([found?.kind, others]).toEqual([kind, []]);
  expect(found && blockerProblem(found)).toMatch(/^-\w+.* cannot move: .*\. Leave it out/);
  expect(argumentProblems(line.split(" "))).toContain(found && blockerProblem(found));
});

test.each([
  "-device ivshmem-plain,memdev=m,master=on",
  "-device virtio-net-pci,netdev=n,id=n0,failover=on -device vfio-pci,host=01:00.0,failover_pair_id=n0",
  "-device virtio-gpu-pci -device usb-tablet -device usb-host,vendorid=1 -device virtio-scsi-pci",
  "-cpu host,+invtsc,tsc-frequency=3000000000",
  "-cpu host,-invtsc,migratable=off",
  "-cpu qemu64,+x2apic",
  "-accel tcg -cpu max,migratable=off",
  "-machine q35,accel=tcg:kvm -cpu qemu64,+invtsc,hv-passthrough",
  "-cpu host,hv-no-nonarch-coresharing=on",
  "-accel kvm -usbdevice tablet",
  "-hda /a.qcow2 -cdrom fat:/srv/folder",
  '-hda json:{"driver":"qcow2","file":{"driver":"file","filename":"/a"}} -hdb json:{',
  "-drive file=fat:/srv/folder,readonly=on -drive file=/a,format=qcow2",
  "-chardev spicevmc,id=v,name=vdagent -tpmdev emulator,id=t,chardev=c",
])("%s moves", (line) => expect(migrationBlockersIn(line.split(" "))).toEqual([]));
