import { argumentProblems } from "../../../provider/qemu-command-line/problems";
import { type TypedCommandLine, typedArguments } from "../../../provider/qemu-command-line/typed";

const uuid = "6f1b9d2e-0c7a-4a51-9c1e-5f0a7c3d2b10";
const start = ["-nodefaults", "-no-user-config"];
const rest = (typed: TypedCommandLine) => typedArguments({ accel: "tcg", ...typed }, uuid).slice(4);

test("an empty command line has only what is the same on every host", () => {
  expect(typedArguments({}, uuid)).toEqual([...start, "-accel", "kvm"]);
});

test("all options, in one order", () => {
  const argv = typedArguments(
    {
      ...{ memoryMiB: 2048, smp: 2, machine: "pc-i440fx-7.2", accel: "tcg" },
      drives: [{ file: "/srv/vm/a,b.qcow2" }],
      netdevs: [{ type: "tap", ifname: "tap0", mac: "52:54:00:00:00:01" }],
      vnc: { display: 19 },
      serial: { file: "/srv/vm/a.log" },
      extraArguments: ["-boot", "c"],
    },
    uuid,
  );
  expect(argv).toEqual([
    ...[...start, "-machine", "pc-i440fx-7.2", "-accel", "tcg", "-m", "2048", "-smp", "2"],
    ...["-drive", "file=/srv/vm/a,,b.qcow2,format=qcow2,if=virtio,index=0,cache=none,media=disk"],
    ...["-netdev", "tap,id=net0,ifname=tap0,script=no,downscript=no"],
    ...["-device", "virtio-net-pci,netdev=net0,mac=52:54:00:00:00:01"],
    ...["-vnc", "127.0.0.1:19", "-vga", "std"],
    ...["-chardev", "file,id=serial0,path=/srv/vm/a.log,append=on", "-serial", "chardev:serial0"],
    ...["-boot", "c"],
  ]);
  expect(argumentProblems(argv)).toEqual([]);
});

test("drives are counted per bus", () => {
  const drives = rest({
    drives: [
      { file: "/a" },
      { file: "/b", if: "ide", cache: "writeback" },
      { file: "/c", format: "raw", readonly: true },
      { file: "/d", if: "none" },
      { file: "/e", media: "cdrom" },
      { file: "/f", media: "cdrom", if: "scsi", format: "qcow2" },
    ],
  });
  expect(drives.filter((word) => word !== "-drive")).toEqual([
    "file=/a,format=qcow2,if=virtio,index=0,cache=none,media=disk",
    "file=/b,format=qcow2,if=ide,index=0,cache=writeback,media=disk",
    "file=/c,format=raw,if=virtio,index=1,cache=none,media=disk,readonly=on",
    "file=/d,format=qcow2,if=none,id=drive3,cache=none,media=disk",
    "file=/e,format=raw,if=ide,index=1,cache=none,media=cdrom",
    "file=/f,format=qcow2,if=scsi,index=0,cache=none,media=cdrom",
  ]);
});

test("networks", () => {
  const mac = "52:54:00:00:00:01";
  expect(
    rest({
      netdevs: [
        { type: "bridge", br: "br1", mac },
        { type: "user", id: "lan", model: "e1000", mac },
      ],
    }),
  ).toEqual([
    ...["-netdev", "bridge,id=net0,br=br1", "-device", `virtio-net-pci,netdev=net0,mac=${mac}`],
    ...["-netdev", "user,id=lan", "-device", `e1000,netdev=lan,mac=${mac}`],
  ]);
});

test("MAC addresses are stable, and different per guest and card", () => {
  const macs = (id: string) =>
    typedArguments({ netdevs: [{ type: "user" }, { type: "user" }] }, id).flatMap(
      (word) => /,mac=(.*)$/.exec(word)?.[1] ?? [],
    );
  const all = [...macs(uuid), ...macs("00000000-0000-4000-8000-000000000000")];
  expect(new Set(all).size).toBe(4);
  expect(all.join()).toMatch(/^(52:54:00(:[0-9a-f]{2}){3},?){4}$/);
  expect(macs(uuid.toUpperCase())).toEqual(macs(uuid));
  // As long as there are guests made by this, it must not become another.
  expect(macs(uuid)[0]).toBe("52:54:00:18:9a:ed");
});

test.each([
  [undefined, "127.0.0.1:7"],
  ["", ":7"],
  ["10.77.0.11", "10.77.0.11:7"],
  ["::1", "[::1]:7"],
])("VNC on %j", (listen, word) => {
  expect(rest({ vnc: { display: 7, listen } })).toEqual(["-vnc", word, "-vga", "std"]);
});
