import { mountFailed, mountFailure } from "../../../provider/nfs/errors";
import {
  defaultMountOptions,
  mountOptionDifferences,
  mountOptionProblems,
  sameMountOptions,
} from "../../../provider/nfs/mount-options";
import {
  adoptionDifferences,
  isAnyThere,
  type MountFacts,
  mountDrift,
  mountProblems,
  mountSteps,
} from "../../../provider/nfs/mount-plan";
import { sourceProblem } from "../../../provider/nfs/mount-source";
import { parseMountUnit, unitName, unitText } from "../../../provider/nfs/mount-unit";
import { fstabSources, parseMountInfo, sameSource } from "../../../provider/nfs/mountinfo";

test.each(["nas:/srv/vm", "10.77.0.13:/srv/vm", "[2001:db8::1]:/srv/vm", "[fe80::1%eth0]:/srv", "nas.example:/"])(
  "the source %j will do",
  (source) => {
    expect(sourceProblem(source)).toBeUndefined();
  },
);

test.each([
  "",
  "/srv/vm",
  "nas",
  "nas:srv",
  "nas:/srv/../etc",
  "2001:db8::1:/srv",
  "[nas]:/srv",
  "-o:/srv",
  "n s:/x",
  "nas:/a b",
  "nas:/$(id)",
  "nas:/a\nb",
  "nas:/a'b",
  `nas:/${"x".repeat(500)}`,
])("the source %j is refused", (source) => {
  expect(sourceProblem(source)).toMatch(/^must /);
});

test.each<[string[], RegExp | undefined]>([
  [[...defaultMountOptions], undefined],
  [["vers=4.2", "hard", "sync", "nconnect=4", "nofail", "x-systemd.device-timeout=10s", "local_lock=none"], undefined],
  [[], undefined],
  [["soft"], /corrupts images/],
  [["softerr"], /corrupts images/],
  [["nolock"], /running twice/],
  [["local_lock=flock"], /running twice/],
  [["bg"], /before anything is mounted/],
  [["remount"], /does not belong in a mount unit/],
  [["ro", "rw"], /has rw and ro/],
  [["nosuid", "suid"], /has suid and nosuid/],
  [["actimeo=0", "acregmin=3"], /has acregmin twice/],
  [["vers=4.2", "nfsvers=3"], /has vers twice/],
  [["tcp", "proto=udp"], /has proto twice/],
  [["hard,soft"], /no option of nfs\(5\)/],
  [["a b"], /no option/],
  [["x=$(id)"], /no option/],
  [["x='1'"], /no option/],
  [["x=1\nExecStart=/bin/sh"], /no option/],
  [["x".repeat(300)], /no option/],
])("options %j", (options, problem) => {
  if (problem === undefined) expect(mountOptionProblems(options)).toEqual([]);
  else expect(mountOptionProblems(options).join()).toMatch(problem);
});

const line =
  "178 167 0:37 / /srv/vm rw,noatime shared:9 - nfs4 10.77.0.13:/srv/vm rw,sync,vers=4.2,rsize=65536,hard,proto=tcp,timeo=600,retrans=2,sec=sys,local_lock=none";
const [seen] = parseMountInfo(line);

const unmarked = { createdDirectories: [], owner: undefined };

test("mountinfo, with its escapes", () => {
  expect(seen).toMatchObject({ path: "/srv/vm", type: "nfs4", source: "10.77.0.13:/srv/vm" });
  expect(parseMountInfo("1 2 0:3 / /a\\040b rw - tmpfs x\\011y rw\n\n")).toEqual([
    { path: "/a b", type: "tmpfs", source: "x\ty", options: ["rw"] },
  ]);
});

const cacheDrift = ["acregmin=3", "acregmax=60", "acdirmin=30", "acdirmax=60"].map(
  (shown) => `${shown} instead of ${shown.replace(/\d+/, "0")}`,
);

test.each<[string[], string[]]>([
  [[...defaultMountOptions, "sync"], []],
  [["sync", "noatime", "v4.2", "tcp", "rsize=1048576", "nconnect=4", "nofail"], []],
  [["sync", "noatime", "acregmin=3", "acdirmax=074", "timeo=01130", "fg", "vers=4"], []],
  [["sync", "noatime", "actimeo=0"], cacheDrift],
  [["noatime"], ["sync, which was not requested"]],
  [["noatime", "noac"], ["no noac"]],
  [
    ["sync", "noatime", "timeo=100", "ro"],
    ["timeo=600 instead of timeo=100", "no ro"],
  ],
])("the mount against %j: %j", (options, differences) => {
  expect(mountOptionDifferences(seen?.options ?? [], options)).toEqual(differences);
});

test("options about when to mount do not change a mount", () => {
  expect(sameMountOptions(["hard", "_netdev", "nfsvers=4.2"], ["vers=4.2", "nofail", "hard"])).toBe(true);
  expect(sameMountOptions(["hard"], ["hard", "nconnect=4"])).toBe(false);
});

test.each<[string[], string, boolean]>([
  [["vers=4"], "vers=4.1", true],
  [["nfsvers=4"], "vers=4.2", true],
  [["v4"], "vers=4.0", true],
  [["vers=4"], "vers=3", false],
  [["vers=4.2"], "vers=4.1", false],
  [["nfsvers=4", "minorversion=1"], "vers=4.1", true],
  [["minorversion=1", "vers=4"], "vers=4.2", false],
])("%j and a mount of %s: %s", (options, effective, isMet) => {
  expect(mountOptionDifferences([effective], options)).toHaveLength(isMet ? 0 : 1);
  expect(mountOptionProblems(options)).toEqual([]);
});

test("version 4 with a minor version is that version", () => {
  expect(sameMountOptions(["nfsvers=4", "minorversion=1"], ["vers=4.1"])).toBe(true);
  expect(sameMountOptions(["vers=4"], ["vers=4.1"])).toBe(false);
});

test("what the kernel calls otherwise is the same", () => {
  const shown = ["rw", "vers=4.1", "proto=tcp6", "sec=null", "acregmin=0", "acregmax=0", "acdirmin=0", "acdirmax=0"];
  expect(mountOptionDifferences(shown, ["v4.1", "tcp", "sec=none", "actimeo=0"])).toEqual([]);
  expect(mountOptionDifferences(shown, ["nfsvers=4", "minorversion=1"])).toEqual([]);
  expect(mountOptionDifferences(shown, ["nfsvers=4", "minorversion=2"])).toEqual(["vers=4.1 instead of vers=4.2"]);
  expect(mountOptionDifferences([...shown, "softerr"], [])).toEqual(["softerr instead of hard"]);
});

test.each([
  ["nas:/x /srv/vm nfs", ["nas:/x"]],
  ["\t nas:/x\t/srv//vm/ nfs defaults 0 0", ["nas:/x"]],
  ["nas:/a\\040b /srv/./vm nfs\n/dev/sda1 /srv/vm ext4", ["nas:/a b", "/dev/sda1"]],
  [" #nas:/x /srv/vm nfs", []],
  ["nas:/x /srv/vm/sub nfs", []],
  ["nas:/x none swap", []],
])("fstab %j has %j", (text, sources) => {
  expect(fstabSources(text, "/srv/vm")).toEqual(sources);
});

test("sources are compared as servers and paths", () => {
  expect(sameSource("[FD00:0::1]://srv/vm/", "[fd00::1]:/srv/vm")).toBe(true);
  expect(sameSource("[fd00::1]:/srv/vm", "[fd00::2]:/srv/vm")).toBe(false);
  expect(sameSource("/dev/sda1", "/dev/sda2")).toBe(false);
});

test("fstab", () => {
  expect(
    fstabSources("# nas:/x /srv/vm nfs\nnas:/x\t/srv/vm nfs defaults 0 0\nnas:/y /srv nfs\n\n", "/srv/vm"),
  ).toEqual(["nas:/x"]);
  expect(sameSource("NAS:/srv/vm/", "nas:/srv/vm")).toBe(true);
  expect(sameSource("nas:/", "nas:/srv")).toBe(false);
});

test.each([
  ["/srv/vm", "srv-vm.mount"],
  ["/srv/a-b/c_d+e@f=g:h.i/.x", "srv-a\\x2db-c_d\\x2be\\x40f\\x3dg:h.i-.x.mount"],
  ["/.x", "\\x2ex.mount"],
])("systemd's name for %s is %s", (path, name) => {
  expect(unitName(path)).toBe(name);
});

test("a unit keeps % as it is", () => {
  const wanted = { source: "[fe80::1%eth0]:/srv", path: "/srv", options: ["hard"] };
  expect(unitText(wanted, unmarked)).toContain("What=[fe80::1%%eth0]:/srv\n");
  expect(parseMountUnit(unitText(wanted, unmarked))).toEqual({ source: wanted.source, options: ["hard"] });
});

describe("a host", () => {
  const wanted = { source: "10.77.0.13:/srv/vm", path: "/srv/vm", options: ["vers=4.2", "noatime", "sync"] };
  const bare: MountFacts = {
    fragment: "",
    enabled: false,
    mounts: [],
    fstab: [],
    directories: new Map(),
    contents: [],
  };
  const good: MountFacts = {
    ...bare,
    unit: unitText(wanted, { createdDirectories: ["/srv/vm"], owner: undefined }),
    fragment: "/etc/systemd/system/srv-vm.mount",
    enabled: true,
    mounts: seen ? [seen] : [],
  };

  test("with nothing there gets everything", () => {
    expect(mountProblems(bare, wanted, false, "hv-a")).toEqual([]);
    expect(mountSteps(bare, wanted, undefined)).toEqual({ unmount: false, write: true, enable: true, mount: true });
  });

  test("with all of it is left alone", () => {
    expect(mountDrift(good, wanted, "hv-a")).toEqual([]);
    expect(mountSteps(good, wanted, undefined)).toEqual({ unmount: false, write: false, enable: false, mount: false });
  });

  test("keeps its mount when it passes to another resource: only its unit is written", () => {
    const owner = { urn: "urn:pulumi:dev::shop::kvm:NfsMount::images", uid: "0123abcd" };
    expect(mountSteps(good, wanted, owner)).toEqual({ unmount: false, write: true, enable: false, mount: false });
    const noted = { ...good, unit: unitText(wanted, { createdDirectories: ["/srv/vm"], owner }) };
    expect(mountSteps(noted, wanted, owner)).toMatchObject({ write: false });
    expect(mountDrift(noted, wanted, "hv-a")).toEqual([]);
  });

  test("keeps its mount when only the time of mounting changes", () => {
    const steps = mountSteps(good, { ...wanted, options: [...wanted.options, "nofail"] }, undefined);
    expect(steps).toEqual({ unmount: false, write: true, enable: false, mount: false });
  });

  test.each([["nconnect=4"], ["timeo=100"]])("is mounted anew for %s", (option) => {
    expect(mountSteps(good, { ...wanted, options: [...wanted.options, option] }, undefined)).toMatchObject({
      unmount: true,
      mount: true,
    });
  });

  test.each<[string, Partial<MountFacts>, RegExp]>([
    ["a file in the way", { directories: new Map([["/srv", "regular file"]]) }, /^hv-a: \/srv is a regular file/],
    ["contents", { contents: ["a", "b"] }, /would hide a, b/],
    [
      "another mount",
      { mounts: [{ path: "/srv/vm", type: "tmpfs", source: "x", options: [] }] },
      /x \(tmpfs\) is mounted/,
    ],
    ["mounts on top of each other", { mounts: [...good.mounts, ...good.mounts] }, /2 mounts on top/],
    ["a foreign unit", { unit: "[Mount]\nWhat=nas:/x\n" }, /is not ours and mounts nas:\/x/],
    ["a vendor's unit", { fragment: "/usr/lib/systemd/system/srv-vm.mount" }, /set adopt: true to override it/],
    ["an entry of fstab", { fstab: ["nas:/x"] }, /\/etc\/fstab has nas:\/x/],
  ])("with %s is refused", (_, found, problem) => {
    expect(mountProblems({ ...bare, ...found }, wanted, false, "hv-a").join("\n")).toMatch(problem);
  });

  test("is taken over only with adopt and only from the same source", () => {
    const found = { ...bare, mounts: good.mounts, unit: `[Mount]\nWhat=${wanted.source}\n`, fstab: [wanted.source] };
    expect(mountProblems(found, wanted, false, "hv-a")).toHaveLength(3);
    expect(mountProblems(found, { ...wanted, adopt: true }, false, "hv-a")).toEqual([]);
    expect(mountProblems(found, { ...wanted, source: "nas:/other", adopt: true }, false, "hv-a")).toHaveLength(3);
  });

  test("is taken over as it is, or what changes is told", () => {
    const found = { ...bare, mounts: good.mounts, fstab: [wanted.source] };
    const differences = (more: Partial<typeof wanted>, there: MountFacts = found) => {
      const other = { ...wanted, ...more };
      return adoptionDifferences(there, other, mountSteps(there, other, undefined), "hv-a");
    };
    expect([isAnyThere(found), isAnyThere(bare)]).toEqual([true, false]);
    expect(isAnyThere({ ...bare, fstab: [wanted.source] })).toBe(true);
    expect(differences({})).toEqual([]);
    expect(differences({ options: ["vers=4.2", "sync"] })).toEqual([
      "hv-a: /srv/vm is mounted with noatime, which was not requested",
      "hv-a: /srv/vm is unmounted and mounted again",
    ]);
    expect(differences({}, { ...bare, fstab: [wanted.source] })).toEqual([
      "hv-a: 10.77.0.13:/srv/vm is not mounted at /srv/vm",
      "hv-a: /srv/vm is mounted",
    ]);
  });
});

test.each<[number, string, string]>([
  [32, "mount.nfs: access denied by server while mounting 10.77.0.12:/srv/a", "not exported"],
  [32, "mount.nfs: mounting n:/x failed, reason given by server: No such file or directory", "not exported"],
  [32, "mount.nfs: an incorrect mount option was specified", "option refused"],
  [32, "mount.nfs: Failed to find 'foo' protocol", "option refused"],
  [32, "mount.nfs: Connection refused", "server not answering"],
  [137, "Killed", "server not answering"],
  [124, "", "server not answering"],
  [32, "mount.nfs: Failed to resolve server nosuch: Name or service not known", "server unknown"],
  [32, "mount.nfs: Protocol not supported", "version refused"],
  [1, "something new", "other"],
])("%i %j means %s", (exitCode, said, failure) => {
  expect(mountFailure(exitCode, said)).toBe(failure);
  const { message } = mountFailed({ host: "root@hv-a", source: "nas:/x", options: ["hard"], exitCode, said });
  expect(message).toMatch(/^root@hv-a cannot mount nas:\/x: /);
});
