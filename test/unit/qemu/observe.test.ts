import { digestOf, parseUnitFacts } from "../../../provider/qemu/observe";
import { argvRecord } from "../../../provider/qemu/record";
import { qemuArgv, readQemuArgv, systemdRunArgv, unitScript } from "../../../provider/qemu/unit";
import { printOwner } from "../../../provider/util/owner";

const uuid = "11111111-2222-4333-8444-555555555555";
const commandLine = ["-m", "64", "-append", "root=$ROOT quiet"];
const owner = { urn: "urn:pulumi:dev::lab::pulumi-nodejs:dynamic/kvm:QemuGuest::web $(x)", uid: "0123abcd" };
const launch = { uuid, name: "web", emulator: "qemu-system-x86_64", commandLine, owner };
const argv = qemuArgv({ ...launch, runAs: undefined, hasRunWith: false, incoming: false });

/** As `base64` prints /proc/PID/cmdline. */
const asProc = (words: readonly string[]) => Buffer.from(words.map((word) => `${word}\0`).join("")).toString("base64");
/** systemd-run looks the program up. */
const running = asProc(["/usr/bin/qemu-system-x86_64", ...argv.slice(1)]);
const record = systemdRunArgv({ ...launch, runAs: undefined, hasRunWith: false, incoming: false }, "argv-0123abcd")
  .filter((word) => word.startsWith("--setenv="))
  .map((word) => word.replace("--setenv=", ""))
  .join(" ");

const recorded = Buffer.from(argvRecord(argv)).toString("base64");
const records = (unit: string, words: string, qemus = "", noted = "", file = recorded) =>
  Object.entries({ unit, argv: words, recorded: file, owner: noted, qemus }).map(([key, value]) => ({
    key,
    values: [value],
  }));

const properties = (load: string, sub: string, result = "success") =>
  `Result=${result}\nLoadState=${load}\nSubState=${sub}\nEnvironment=A=b ${record}\n`;

test("a running unit has its command line as given", () => {
  const seen = parseUnitFacts(records(properties("loaded", "running"), running, "/proc/4711/cmdline"));
  expect(seen).toEqual({ unit: { runs: true, isFailed: false, argv, owner }, hasQemu: true });
  expect(readQemuArgv(seen.unit?.argv ?? []).commandLine).toEqual(commandLine);
});

test.each<[sub: string, result: string, runs: boolean, isFailed: boolean]>([
  ["start", "success", true, false],
  ["running", "success", true, false],
  ["stop-sigterm", "success", true, false],
  ["final-sigkill", "timeout", true, true],
  ["exited", "success", false, false],
  ["failed", "exit-code", false, true],
  ["failed", "signal", false, true],
  ["dead", "success", false, false],
])("%s, %s", (sub, result, runs, isFailed) => {
  const { unit, hasQemu } = parseUnitFacts(records(properties("loaded", sub, result), running));
  expect(unit).toMatchObject({ runs, isFailed });
  expect(hasQemu).toBe(false);
});

test("no unit", () => {
  const absent = properties("not-found", "dead");
  expect(parseUnitFacts(records(absent, ""))).toEqual({ unit: undefined, hasQemu: false });
  expect(parseUnitFacts(records(properties("masked", "dead"), "")).unit).toBeUndefined();
});

test("a QEMU without a unit is found", () => {
  const seen = parseUnitFacts(records(properties("not-found", "dead"), "", "/proc/4711/cmdline\n/proc/4712/cmdline"));
  expect(seen).toEqual({ unit: undefined, hasQemu: true });
});

test("arguments keep every character", () => {
  const odd = ["/q", "a b", "c\"d'e", "$5", "ä\u{1f600}", "x=y,,z", "back\\slash"];
  const byHand = "LoadState=loaded\nSubState=running\nEnvironment=\n";
  const { unit } = parseUnitFacts(records(byHand, asProc(odd)));
  expect(unit).toMatchObject({ argv: odd, argvProblem: expect.stringContaining("was started by hand") });
});

test("a process that shows other arguments than systemd has started it with is not believed", () => {
  const forged = argv.map((word) => (word === "64" ? "64,tap,script=/srv/vm/web.img" : word));
  const { unit } = parseUnitFacts(records(properties("loaded", "running"), asProc(forged)));
  expect(unit).toMatchObject({ argv, argvProblem: expect.stringContaining("broken out of the guest") });
});

test("before systemd has replaced itself by QEMU nothing is known of its arguments", () => {
  const { unit } = parseUnitFacts(records(properties("loaded", "start"), asProc(["(sd-exec)"])));
  expect(unit).toMatchObject({ runs: true, argv: [] });
  expect(unit).not.toHaveProperty("argvProblem");
});

test("before the script has replaced itself by QEMU nothing is known of its arguments either", () => {
  const script = asProc(["/bin/sh", unitScript(uuid), "start", "/run/x/argv-1", "/usr/bin/qemu-system-x86_64"]);
  const { unit } = parseUnitFacts(records(properties("loaded", "running"), script));
  expect(unit).toMatchObject({ runs: true, argv: [] });
  expect(unit).not.toHaveProperty("argvProblem");
});

test("a guest of an earlier version, whose environment has its argv, is read, and compared in the same way", () => {
  const encoded = Buffer.from(JSON.stringify(argv)).toString("base64url");
  const earlier = `LoadState=loaded\nSubState=running\nResult=success\nEnvironment=PULUMI_KVM_LIVE_ARGV=${encoded}\n`;
  const { unit } = parseUnitFacts(records(earlier, running, "", "", ""));
  expect(unit).toEqual({ runs: true, isFailed: false, argv, owner: undefined });
  const forged = parseUnitFacts(records(earlier, asProc([...argv, "-S"]), "", "", "")).unit;
  expect(forged).toMatchObject({ argv, argvProblem: expect.stringContaining("broken out of the guest") });
  expect(parseUnitFacts(records(earlier.replace("running", "failed"), "", "", "", "")).unit?.argv).toEqual(argv);
});

test("a record that is gone, or not whole, is not made up from the process", () => {
  for (const file of ["", Buffer.from(argvRecord(argv).slice(0, -1)).toString("base64")]) {
    const { unit } = parseUnitFacts(records(properties("loaded", "running"), running, "", "", file));
    expect(unit).toMatchObject({ argvProblem: expect.stringContaining("is gone from /run") });
  }
});

test("an ended unit has the argv of its record; one of someone else has none", () => {
  expect(parseUnitFacts(records(properties("loaded", "exited"), "")).unit?.argv).toEqual(argv);
  expect(parseUnitFacts(records("LoadState=loaded\nSubState=failed\nEnvironment=\n", "")).unit?.argv).toEqual([]);
});

test("command lines whose arguments join to the same text have different digests", () => {
  const lines = [[], [""], ["a b"], ["a", "b"], ["b", "a"], ["a,b"], ["a", "b", ""]];
  expect(new Set(lines.map(digestOf)).size).toBe(lines.length);
  // Running guests have this digest: it must never change.
  expect(digestOf(["-m", "64"])).toBe("193de7d674d1ba74");
});

test("the owner that a guest has passed to since its start counts", () => {
  const later = { ...owner, uid: "89abcdef" };
  const seen = parseUnitFacts(records(properties("loaded", "running"), running, "", `${printOwner(later)}\n`));
  expect(seen.unit?.owner).toEqual(later);
});
