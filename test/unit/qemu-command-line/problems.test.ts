import { argumentProblems } from "../../../provider/qemu-command-line/problems";
import { articleCommandLine } from "./original-article";

test("the original article's command line is accepted", () => {
  expect(argumentProblems(articleCommandLine)).toEqual([]);
});

test.each([
  "-only-migratable -nodefaults -display none -spice port=5930,disable-ticketing=on",
  "-drive file=nbd://10.77.0.13/disk,if=virtio -drive file=rbd:pool/disk -cdrom https://example.com/a.iso",
  "-blockdev driver=qcow2,node-name=a,file=b -blockdev driver=file,filename=/srv/b,node-name=b",
  "-bios OVMF.fd -option-rom pxe.rom -kernel /boot/vmlinuz -append help",
  "-serial file:/srv/vm/a.log -monitor unix:/run/a.sock,server,nowait -qmp tcp:127.0.0.1:4444,server=on",
  "-run-with async-teardown=on -drive file=/srv/a,snapshot=off",
  "/srv/vm/disk.img",
])("accepted: %s", (line) => {
  expect(argumentProblems(line.replace("", "").split(" "))).toEqual([]);
});

test.each<[string, RegExp]>([
  ["-incoming defer", /^-incoming: .*received: leave it out$/],
  ["--incoming tcp:0:4444", /^-incoming: /],
  ["-daemonize", /^-daemonize: .*systemd.*leave it out$/],
  ["-pidfile /run/a.pid", /^-pidfile: .*systemd/],
  ["-uuid 6f1b9d2e-0c7a-4a51-9c1e-5f0a7c3d2b10", /^-uuid: .*set uuid instead$/],
  ["-name guest", /^-name: .*set name instead$/],
  ["-runas kvm", /^-runas: set user instead$/],
  ["-run-with async-teardown=on,user=kvm", /^-run-with user=: set user instead$/],
  ["-run-with chroot=/srv", /^-run-with chroot=: .*set user/],
  ["-chroot /srv", /^-chroot: .*set user/],
  ["-S", /^-S: .*stay paused/],
  ["--preconfig", /^-preconfig: .*stay paused/],
  ["-snapshot", /^-snapshot: .*temporary file on one host, so it could not move: leave it out$/],
  ["-drive file=/srv/a,snapshot=on", /^-drive file=\/srv\/a,snapshot=on: .*leave snapshot out$/],
  ["-drive snapshot,file=/srv/a", /leave snapshot out$/],
  ["-loadvm before", /^-loadvm: /],
  ["-nographic", /^-nographic: .*closed: use -display none and -serial file:/],
  ["-help", /^-help: /],
  ["-h", /^-h: /],
  ["-version", /^-version: /],
  ["-machine help", /^-machine help: QEMU would print/],
  ["-device virtio-net-pci,help", /^-device virtio-net-pci,help: /],
  ["-monitor stdio", /^-monitor stdio: .*standard input is closed: use a file/],
  ["-serial mon:stdio", /^-serial mon:stdio: .*standard input/],
  ["-qmp stdio", /^-qmp stdio: .*standard input/],
  ["-chardev stdio,id=c -mon chardev=c", /^-chardev stdio,id=c: .*standard input/],
  ["-qmp unix:/run/pulumi-kvm-live/a.sock,server=on", /^-qmp .*own sockets: use another folder$/],
  ["-chardev socket,id=c,path=/run//pulumi-kvm-live/a,server=on", /own sockets/],
  ["-hda disk.img", /^-hda: QEMU runs in \/ on each host, and disk\.img is a relative path/],
  ["-drive if=virtio,file=./a,,b.img", /^-drive: .* \.\/a,b\.img is a relative path: use an absolute one$/],
  ["-drive file=file:a.img", /a\.img is a relative path/],
  ['-drive file=json:{"driver":"qcow2",,"file":{"filename":"a.img"}}', /^-drive: .*a\.img/],
  ["-blockdev driver=file,filename=a.img,node-name=a", /^-blockdev: .*a\.img/],
  ['-blockdev {"driver":"file","filename":"a.img","node-name":"a"}', /^-blockdev: .*a\.img/],
  ["-blockdev {'driver':'file'}", /^-blockdev .*: the value is not valid JSON/],
  ["-kernel vmlinuz", /^-kernel: .*vmlinuz/],
  ["-serial file:a.log", /^-serial: .*a\.log/],
  ["disk.img", /^disk\.img: QEMU takes an argument that belongs to no option for a disk image\. .*relative path/],
  ["–enable-kvm", /^–enable-kvm: QEMU takes an argument that belongs to no option/],
  ["-m", /^-m needs a value/],
  ["-", /^- is not an option/],
])("refused: %s", (line, problem) => {
  const problems = argumentProblems(line.split(" "));
  expect(problems).toEqual([expect.stringMatching(problem)]);
});

test.each<[string[], RegExp]>([
  [["-append", "a\nb"], /^argument 1 \("a\\nb"\) has a line break/],
  [["-append", "a\0b"], /^argument 1 \("a\\u0000b"\) has a NUL byte/],
  [[""], /^argument 0 is empty, which QEMU takes for a disk image: leave it out$/],
])("refused: %j", (argv, problem) => {
  expect(argumentProblems(argv)).toEqual([expect.stringMatching(problem)]);
});

test("all problems are reported at once", () => {
  const line = "-daemonize -S -name a -hda b.img -monitor stdio";
  expect(argumentProblems(line.split(" "))).toHaveLength(5);
});

test("an option and its value in one argument are told apart", () => {
  expect(argumentProblems(["-m 2048", "-hda x"])).toEqual([
    '"-m 2048" is one argument, and no option has spaces: write "-m", "2048"',
    '"-hda x" is one argument, and no option has spaces: write "-hda", "x"',
  ]);
});

test.each(["/usr/bin/kvm", "qemu-system-x86_64", "/usr/libexec/qemu-kvm"])(
  "%s is the emulator, not a disk",
  (first) => {
    expect(argumentProblems([first, "-m", "64"]).join()).toMatch(
      /begin after the emulator: leave it out, and set emulator/,
    );
  },
);

test("JSON may have several lines", () => {
  expect(argumentProblems(["-device", '{\n  "driver": "virtio-rng-pci"\n}'])).toEqual([]);
  expect(argumentProblems(["-device", "virtio-rng-pci\n"])).not.toEqual([]);
});
