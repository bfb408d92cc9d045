import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { repository } from "../../../lab/paths";
import { argvInRecord, argvRecord, earlierArgv } from "../../../provider/qemu/record";

const script = join(repository, "provider/qemu/unit.sh");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-unit-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const word = fc.oneof(
  fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "")),
  fc.stringMatching(/^[$'" ,\\%{}a=0-7nc*-]{0,8}$/),
  fc.constantFrom(
    "",
    "-n",
    "-e",
    "--",
    "*",
    "\\",
    "\\n",
    "\\c",
    "\\0101",
    "%s",
    "$HOME",
    " a ",
    "a\n",
    "\n",
    '{"a":\r\n1}',
  ),
);

/** What a program gets that the script becomes. */
function argumentsBy(text: string): string[] {
  const [record, program] = [join(folder, "argv-1"), join(folder, "qemu")];
  writeFileSync(record, text);
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\0' "$0" "$@"\n`);
  chmodSync(program, 0o755);
  return execFileSync("sh", [script, "start", record, program], { encoding: "utf8", stdio: "pipe" })
    .split("\0")
    .slice(0, -1);
}

test("the script hands on each argument as it is, and so does the record", () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (words) => {
      const argv = ["qemu-system-x86_64", ...words].map((each) => Buffer.from(each).toString());
      const text = argvRecord(argv);
      expect(argvInRecord(text)).toEqual(argv);
      expect(text).toMatch(/^[\n -~]*$/);
      expect(argumentsBy(text).slice(1)).toEqual(argv.slice(1));
    }),
    { numRuns: 60 },
  );
});

test("the program's output comes through, from a process without its arguments, and nothing else is left", () => {
  const [record, program] = [join(folder, "argv-1"), join(folder, "qemu")];
  writeFileSync(record, argvRecord(["qemu", "S3CR3T"]));
  writeFileSync(program, "#!/bin/sh\nreadlink /proc/self/fd/1; echo words >&2; exit 3\n");
  chmodSync(program, 0o755);
  const { stdout, stderr, status } = spawnSync("sh", [script, "start", record, program], { encoding: "utf8" });
  expect(status).toBe(3);
  expect(stdout).toBe(`${record}.output (deleted)\nwords\n`);
  expect(stderr).toBe("");
  expect(readdirSync(folder).sort()).toEqual(["argv-1", "qemu"]);
});

test("an empty record starts nothing", () => {
  expect(() => argumentsBy("")).toThrow(/shift/);
  expect(argvInRecord("")).toEqual([]);
  expect(argvInRecord("-m\n6")).toEqual([]);
});

test.each([
  ["success", false],
  ["exit-code", true],
  ["oom-kill", true],
])("after %s the folder stays: %s", (result, stays) => {
  const own = join(folder, "own");
  mkdirSync(own);
  execFileSync("sh", [script, "stopped", own], { env: { ...process.env, SERVICE_RESULT: result } });
  expect(existsSync(own)).toBe(stays);
});

test("units of earlier versions have their argv in the environment", () => {
  const argv = ["qemu", "-append", "a b $c"];
  const encoded = Buffer.from(JSON.stringify(argv)).toString("base64url");
  expect(earlierArgv(`A=b PULUMI_KVM_LIVE_ARGV=${encoded} C=d`)).toEqual(argv);
  for (const none of ["", "A=b", "PULUMI_KVM_LIVE_ARGV=e30", "PULUMI_KVM_LIVE_ARGV=WzFd", "XPULUMI_KVM_LIVE_ARGV=W10"])
    expect(earlierArgv(none)).toEqual([]);
});
