import { printFinding } from "../../../../provider/placement/preflight/finding";
import { parallelPostCopyFindings } from "../../../../provider/qemu/preflight/version-checks";
import { parseMachineTypes, parseQemuVersion } from "../../../../provider/qemu/preflight/versions";
import { fixture } from "../../../fixtures/read";

test.each([
  [fixture("qemu-7.2-version.txt"), "7.2.22"],
  [fixture("qemu-10.0-version.txt"), "10.0.13"],
  ["QEMU emulator version 9.2.0-rc1 (v9.2.0-rc1-dirty)\n", "9.2.0"],
  ["qemu-img version 7.2.22 (Debian 1:7.2+dfsg-7)\n", undefined],
  ["", undefined],
])("version %#", (text, version) => {
  expect(parseQemuVersion(text)).toBe(version);
});

const [older, newer] = ["7.2", "10.0"].map((version) => parseMachineTypes(fixture(`qemu-${version}-machine-help.txt`)));

test("machine types, without their descriptions", () => {
  expect(older?.slice(0, 3)).toEqual(["microvm", "pc-i440fx-7.2", "pc-i440fx-7.1"]);
  expect(older).toHaveLength(59);
  expect(newer).toEqual(expect.arrayContaining(["pc-i440fx-10.0", "pc-q35-10.0", "pc-q35-7.2", "isapc", "none"]));
  for (const name of [...(older ?? []), ...(newer ?? [])]) expect(name).toMatch(/^[a-z][A-Za-z0-9.-]+$/);
});

test("no aliases: they mean a different type in each version", () => {
  for (const alias of ["pc", "q35"]) {
    expect(older).not.toContain(alias);
    expect(newer).not.toContain(alias);
  }
});

test("types that both versions know", () => {
  const both = older?.filter((machine) => newer?.includes(machine)) ?? [];
  expect(both).toEqual(expect.arrayContaining(["pc-i440fx-7.2", "pc-q35-7.2"]));
  expect(both).not.toContain("pc-q35-10.0");
});

test("an empty list", () => {
  expect(parseMachineTypes("")).toEqual([]);
  expect(parseMachineTypes("Supported machines are:\n")).toEqual([]);
});

test("post-copy by several channels is for QEMU 10.1 and newer, on both sides", () => {
  const both = { multifdChannels: 2, postCopy: { when: "when-stalled" as const } };
  const hosts = [
    { hostName: "a", version: "10.1.2" },
    { hostName: "b", version: "10.0.13" },
    { hostName: "c", version: undefined },
  ];
  expect(parallelPostCopyFindings(both, hosts).map(printFinding)).toEqual([
    expect.stringMatching(/needs QEMU 10\.1 or newer on both hosts, and b has 10\.0\.13\./),
    expect.stringMatching(/and c has one that is not known\./),
  ]);
  expect(parallelPostCopyFindings({ multifdChannels: 2 }, hosts)).toEqual([]);
  expect(parallelPostCopyFindings({ postCopy: both.postCopy }, hosts)).toEqual([]);
});
