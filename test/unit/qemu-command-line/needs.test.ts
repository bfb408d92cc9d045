import { type GuestNeeds, hasDisplay, needsOf } from "../../../provider/qemu-command-line/needs";
import { articleCommandLine } from "./original-article";

const nothing: GuestNeeds = {
  images: [],
  files: [],
  folders: [],
  machine: undefined,
  kvm: false,
  listeners: [],
  bridges: [],
};
const write = (...paths: string[]) => ({ images: paths.map((path) => ({ path, readonly: false })) });
const read = (...paths: string[]) => ({ images: paths.map((path) => ({ path, readonly: true })) });
const at = (address: string, port: number, what: string) => ({ listeners: [{ address, port, what }] });
const qcow2 = '{"driver":"qcow2","read-only":true,"file":{"driver":"file","filename":"/a,b"}}';

test("the original article's command line", () => {
  expect(needsOf(articleCommandLine)).toEqual({
    ...nothing,
    ...write("/home/cliu8/migrate/ubuntutest.img"),
    kvm: true,
    ...at("0.0.0.0", 5919, "VNC display 19"),
  });
});

test.each<[string, Partial<GuestNeeds>]>([
  ["", {}],
  ["-hda /a -hdb /b -hdc /c -hdd /d", write("/a", "/b", "/c", "/d")],
  ["/a", write("/a")],
  ["-fda /a -fdb /b -pflash /c -sd /d -mtdblock /e", write("/a", "/b", "/c", "/d", "/e")],
  ["-cdrom /a", read("/a")],
  ["-drive file=/a,,b,if=virtio", write("/a,b")],
  ["-drive file=/a,readonly=on", read("/a")],
  ["-drive file=/a,media=cdrom", read("/a")],
  ["-drive readonly,file=/a", read("/a")],
  ["-drive file=/a,if=pflash,readonly=on -drive file=/b,if=pflash", { ...write("/b"), files: ["/a"] }],
  ["-drive file=file:/a", write("/a")],
  [
    "-drive driver=qcow2,file.driver=file,file.filename=/a,backing.file.filename=/b",
    {
      images: [
        { path: "/a", readonly: false, format: "qcow2" },
        { path: "/b", readonly: true },
      ],
    },
  ],
  [`-drive file=json:${qcow2.replaceAll(",", ",,")}`, write("/a,b")],
  ["-drive file=a.img -drive file=nbd://10.77.0.13/a -hda rbd:pool/a -drive if=none,id=a", {}],
  ["-blockdev driver=file,filename=/a,node-name=f,read-only=on", read("/a")],
  [
    "-blockdev qcow2,node-name=a,file.driver=file,file.filename=/a",
    { images: [{ path: "/a", readonly: false, format: "qcow2" }] },
  ],
  [
    "-blockdev file,node-name=f,filename=/a -blockdev qcow2,file=f",
    { images: [{ path: "/a", readonly: false, format: "qcow2" }] },
  ],
  ["-drive file=/a,format=raw", { images: [{ path: "/a", readonly: false, format: "raw" }] }],
  ["-blockdev driver=qcow2,node-name=a,file=/no/path", {}],
  [`-blockdev ${qcow2}`, { images: [{ path: "/a,b", readonly: true, format: "qcow2" }] }],
  ["-object secret,id=s,file=/s -object tls-creds-x509,id=t,dir=/t,endpoint=server", { files: ["/s", "/t"] }],
  [
    "-device loader,file=/l,addr=0 -mem-path /m -object rng-random,filename=/dev/random,id=r",
    { files: ["/l", "/m", "/dev/random"] },
  ],
  ["-object memory-backend-file,id=m,mem-path=/m,size=1G,share=on -chardev pipe,id=p,path=/p", { files: ["/m", "/p"] }],
  ["-cdrom /a -drive file=/a -hda /a", write("/a")],
  ["-kernel /k -initrd /i -dtb /d -bios /b -bios OVMF.fd", { files: ["/k", "/i", "/d", "/b"] }],
  ["-device virtio-net-pci,romfile=/r -option-rom /o,bootindex=1 -fw_cfg opt/a,file=/f", { files: ["/r", "/o", "/f"] }],
  ["-acpitable sig=SLIC,file=/a:/b -smbios type=11,path=/s", { files: ["/a", "/b", "/s"] }],
  ["-serial file:/srv/vm/a,b.log -parallel file:/srv/vm/p -D /var/log/q", { folders: ["/srv/vm", "/var/log"] }],
  ["-chardev file,id=a,path=/a/b,append=on -chardev pty,id=c,logfile=/c/d", { folders: ["/a", "/c"] }],
  ["-qmp unix:/run/a/qmp,server,nowait -serial unix:/run/b/client", { folders: ["/run/a"], files: ["/run/b/client"] }],
])("files: %s", (line, needs) => {
  expect(needsOf(line === "" ? [] : line.split(" "))).toEqual({ ...nothing, ...needs });
});

test("modules of a multiboot kernel are several files, each with arguments", () => {
  const files = ["/xen", "/linux", "/initrd"];
  expect(needsOf(["-kernel", "/xen", "-initrd", "/linux console=hvc0,/initrd"])).toEqual({ ...nothing, files });
});

test.each<[string, string | undefined, boolean]>([
  ["-M q35", "q35", false],
  ["-machine type=pc-i440fx-7.2,usb=off", "pc-i440fx-7.2", false],
  ["-machine pc,accel=kvm", "pc", true],
  ["-M pc -machine accel=kvm", "pc", true],
  ["-machine accel=kvm:tcg", undefined, false],
  ["-machine accel=tcg -enable-kvm", undefined, true],
  ["-enable-kvm -machine accel=tcg", undefined, false],
  ["-accel kvm", undefined, true],
  ["-accel accel=kvm,dirty-ring-size=4096", undefined, true],
  ["-accel kvm -accel tcg", undefined, false],
  ["-accel tcg,thread=multi", undefined, false],
  ["-M pc -M q35", "q35", false],
])("machine: %s", (line, machine, kvm) => {
  expect(needsOf(line.split(" "))).toEqual({ ...nothing, machine, kvm });
});

test.each<[string, string[]]>([
  ["-vnc 127.0.0.1:1", ["127.0.0.1 5901 VNC display 1"]],
  ["-vnc [::1]:1,password=on", ["::1 5901 VNC display 1"]],
  ["-display vnc=:2", ["0.0.0.0 5902 VNC display 2"]],
  ["-vnc :3,websocket=on", ["0.0.0.0 5903 VNC display 3", "0.0.0.0 5703 VNC display 3 over WebSocket"]],
  ["-vnc :3,websocket=80", ["0.0.0.0 5903 VNC display 3", "0.0.0.0 80 VNC display 3 over WebSocket"]],
  ["-vnc none", []],
  ["-vnc unix:/run/vnc", []],
  ["-vnc 10.77.0.1:1,reverse=on", []],
  ["-vnc :0,to=99", []],
  ["-spice port=5930,addr=127.0.0.1,disable-ticketing=on", ["127.0.0.1 5930 Spice"]],
  ["-spice tls-port=5931", ["0.0.0.0 5931 Spice over TLS"]],
  ["-spice unix=on,addr=/run/spice", []],
  ["-serial tcp:127.0.0.1:4444,server=on,wait=off", ["127.0.0.1 4444 -serial"]],
  ["-serial telnet::4444,server,nowait", ["0.0.0.0 4444 -serial"]],
  ["-monitor mon:tcp:[::1]:4444,server", ["::1 4444 -monitor"]],
  ["-serial tcp:10.77.0.1:4444", []],
  ["-chardev socket,id=a,host=::1,port=4444,server=on", ["::1 4444 -chardev"]],
  ["-chardev socket,id=a,host=::1,port=4444", []],
  ["-chardev socket,id=a,host=::1,port=4444,server=on,to=4450", []],
  ["-gdb tcp::1234", ["0.0.0.0 1234 -gdb"]],
  ["-s", ["0.0.0.0 1234 -s"]],
  [
    "-netdev user,id=n,hostfwd=tcp::2222-:22,hostfwd=udp::53-:53,hostfwd=tcp:127.0.0.1:8080-10.0.2.15:80",
    ["0.0.0.0 2222 hostfwd of -netdev", "127.0.0.1 8080 hostfwd of -netdev"],
  ],
  ['-netdev {"type":"user","id":"n","hostfwd":[{"str":"tcp::2222-:22"}]}', ["0.0.0.0 2222 hostfwd of -netdev"]],
  ["-nic user,hostfwd=::2222-:22", ["0.0.0.0 2222 hostfwd of -nic"]],
  ["-netdev socket,id=n,listen=:1234", ["0.0.0.0 1234 -netdev socket"]],
  [
    "-netdev stream,id=n,server=on,addr.type=inet,addr.host=127.0.0.1,addr.port=1234",
    ["127.0.0.1 1234 -netdev stream"],
  ],
])("listens: %s", (line, listens) => {
  const found = needsOf(line.split(" ")).listeners;
  expect(found.map(({ address, port, what }) => `${address} ${port} ${what}`)).toEqual(listens);
});

test.each<[string, Partial<GuestNeeds>]>([
  ["-netdev bridge,id=n,br=br1 -nic bridge -net bridge,br=br1", { bridges: ["br1", "br0"] }],
  [
    "-netdev tap,id=n,helper=/usr/lib/qemu/qemu-bridge-helper",
    {
      bridges: ["br0"],
      files: ["/usr/lib/qemu/qemu-bridge-helper"],
    },
  ],
  ["-netdev tap,id=n,ifname=tap0,script=no", {}],
  ["-netdev tap,id=n,fd=3", {}],
  ["-net tap", { files: ["/etc/qemu-ifup"] }],
  ["-nic tap,script=/srv/up", { files: ["/srv/up"] }],
  ["-net nic,model=virtio -nic none", {}],
])("networks: %s", (line, needs) => {
  expect(needsOf(line.split(" "))).toEqual({ ...nothing, ...needs });
});

test.each([
  ["-display none", true],
  ["--vnc :1", true],
  ["-spice port=1", true],
  ["-nographic", true],
  ["-append -nographic", false],
  ["-vga std", false],
])("has a display: %s: %j", (line, has) => {
  expect(hasDisplay(line.split(" "))).toBe(has);
});
