import fc from "fast-check";
import {
  type Launch,
  monitorSocket,
  qemuArgv,
  qmpSockets,
  readQemuArgv,
  recordNameIn,
  systemdRunArgv,
} from "../../../provider/qemu/unit";

const uuid = "11111111-2222-4333-8444-555555555555";
const launch: Launch = {
  uuid,
  name: "web",
  emulator: "qemu-system-x86_64",
  owner: undefined,
  commandLine: ["-m", "64"],
  runAs: undefined,
  hasRunWith: false,
  incoming: false,
};
const folder = `/run/pulumi-kvm-live/qemu/${uuid}`;
/** Whether these stand next to each other. */
const has = (argv: readonly string[], ...words: string[]) =>
  argv.some((_, index) => words.every((word, at) => argv[index + at] === word));

test("monitors and name come first; the program's command line follows the UUID", () => {
  expect(qemuArgv(launch)).toEqual([
    ...["qemu-system-x86_64", "-name", "web", "-display", "none"],
    ...["-chardev", `socket,id=qmp1,path=${folder}/qmp-1.sock,server=on,wait=off`, "-mon", "chardev=qmp1,mode=control"],
    ...["-chardev", `socket,id=qmp2,path=${folder}/qmp-2.sock,server=on,wait=off`, "-mon", "chardev=qmp2,mode=control"],
    ...["-chardev", `socket,id=qmp3,path=${folder}/qmp-3.sock,server=on,wait=off`, "-mon", "chardev=qmp3,mode=control"],
    ...["-chardev", `socket,id=monitor,path=${folder}/monitor.sock,server=on,wait=off`],
    ...["-mon", "chardev=monitor,mode=readline"],
    ...["-uuid", uuid, "-m", "64"],
  ]);
});

test("sockets fit into the 107 bytes that Linux has for their paths", () => {
  expect(Math.max(...[...qmpSockets(uuid), monitorSocket(uuid)].map((path) => path.length))).toBeLessThan(108);
});

test("the user is given by the option that the version has", () => {
  const runAs = { uid: 64055, gid: 106 };
  expect(has(qemuArgv({ ...launch, runAs }), "-runas", "64055:106")).toBe(true);
  const later = qemuArgv({ ...launch, runAs, hasRunWith: true });
  expect(has(later, "-run-with", "user=64055:106")).toBe(true);
  expect(later).not.toContain("-runas");
  expect(qemuArgv({ ...launch, hasRunWith: true })).not.toContain("-run-with");
});

test("only an incoming QEMU gets -incoming", () => {
  expect(has(qemuArgv({ ...launch, incoming: true }), "-incoming", "defer")).toBe(true);
  expect(qemuArgv(launch)).not.toContain("-incoming");
});

test.each([["-vnc", ":7"], ["-display", "egl-headless"], ["-spice", "port=5901"], ["--vnc", "none"], ["-nographic"]])(
  "no display is added to %s",
  (...commandLine) => {
    expect(qemuArgv({ ...launch, commandLine }).slice(3, 5)).not.toEqual(["-display", "none"]);
  },
);

test("options that only look like a display are none", () => {
  for (const commandLine of [[], ["-append", "-vnc"], ["-vga", "std"]])
    expect(qemuArgv({ ...launch, commandLine }).slice(3, 5)).toEqual(["-display", "none"]);
});

const word = fc.oneof(
  fc.string(),
  fc.stringMatching(/^[$'" ,\\%{}a=-]{0,8}$/),
  fc.constantFrom("-uuid", "-name", "-incoming", "-m", "$HOME", "$$", "{A}", "it's", 'a "b"', "file=/a,,b", "a b"),
);
const launches = fc.record({
  commandLine: fc.array(word, { maxLength: 12 }),
  name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,20}$/),
  emulator: fc.constantFrom("qemu-system-x86_64", "/opt/qemu/bin/qemu-system-x86_64"),
  runAs: fc.option(fc.record({ uid: fc.nat(), gid: fc.nat() }), { nil: undefined }),
  hasRunWith: fc.boolean(),
  incoming: fc.boolean(),
  uuid: fc.uuid(),
  owner: fc.constant(undefined),
});

test("an argv is parsed as it was built", () => {
  fc.assert(
    fc.property(launches, (one) => {
      const { name, emulator, commandLine, incoming } = one;
      expect(readQemuArgv(qemuArgv(one))).toEqual({ name, emulator, commandLine, incoming });
    }),
  );
});

test("systemd is told nothing of the command line, only where its record is", () => {
  fc.assert(
    fc.property(launches, (one) => {
      const marked = { ...one, commandLine: one.commandLine.map((word) => `S3CR3T${word}`) };
      const argv = systemdRunArgv(marked, "argv-0123abcd-4567");
      expect(argv.join("\n")).not.toContain("S3CR3T");
      expect(argv).toEqual(systemdRunArgv({ ...one, commandLine: [] }, "argv-0123abcd-4567"));
      const environment = argv.find((word) => word.startsWith("--setenv="))?.replace("--setenv=", "") ?? "";
      expect(recordNameIn(`A=b ${environment} C=d`)).toBe("argv-0123abcd-4567");
    }),
  );
});

test.each(["", "A=b", "XPULUMI_KVM_LIVE_RECORD=argv-1", "PULUMI_KVM_LIVE_RECORD=../argv-1"])(
  "no record: %j",
  (none) => {
    expect(recordNameIn(none)).toBeUndefined();
  },
);

test("an argv that this provider did not build is parsed, too", () => {
  expect(readQemuArgv(["/usr/bin/qemu", "-m", "64"])).toMatchObject({ commandLine: ["-m", "64"], incoming: false });
  expect(readQemuArgv([])).toEqual({ emulator: "", name: "", commandLine: [], incoming: false });
});

test("the unit stays after its end, with a runtime directory for root only", () => {
  const argv = systemdRunArgv({ ...launch, name: "web" }, "argv-1");
  expect(argv).toEqual([
    ...["systemd-run", "--quiet", `--unit=pulumi-kvm-live-${uuid}.service`],
    ...["--description=Guest web of pulumi-kvm-live", "--setenv=PULUMI_KVM_LIVE_RECORD=argv-1"],
    ...["--property=Type=exec", "--property=RemainAfterExit=yes", "--property=Slice=machine.slice"],
    ...["--property=NoNewPrivileges=yes", "--property=UMask=0077"],
    ...[`--property=RuntimeDirectory=pulumi-kvm-live/qemu/${uuid}`, "--property=RuntimeDirectoryMode=0700"],
    "--property=RuntimeDirectoryPreserve=yes",
    `--property=ExecStopPost=/bin/sh ${folder}/unit.sh stopped ${folder}`,
    ...["--property=After=remote-fs.target", "--"],
  ]);
  expect(monitorSocket(uuid)).toBe(`${folder}/monitor.sock`);
});
