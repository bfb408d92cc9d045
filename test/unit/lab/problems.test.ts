import type { MachineFacts } from "../../../lab/preflight/facts";
import { findProblems } from "../../../lab/preflight/problems";

const good: MachineFacts = {
  userId: 0,
  distribution: "debian",
  distributionVersion: "12",
  architecture: "x64",
  hasTun: true,
  availableMemoryMiB: 8000,
  freeDiskMiB: 20_000,
  cacheFolder: "/cache",
  goVersion: "1.26.8",
  pulumiVersion: "3.250.0",
};
const needs = { memoryMiB: 4500, diskMiB: 7000, pulumi: true };

test("a good machine has no problem", () => {
  expect(findProblems(good, needs)).toEqual([]);
});

test.each<[string, Partial<MachineFacts>, RegExp]>([
  ["not root", { userId: 1000 }, /^Not root: .*Run the command as root\.$/],
  [
    "another distribution",
    { distribution: "ubuntu", distributionVersion: "24.04" },
    /^This is ubuntu 24\.04, not Debian 12/,
  ],
  ["another Debian", { distributionVersion: "13" }, /^This is debian 13, not Debian 12/],
  ["another processor", { architecture: "arm64" }, /^The processor is arm64: .*Use an x86-64 machine\.$/],
  ["no tun device", { hasTun: false }, /^There is no \/dev\/net\/tun: .*modprobe tun/],
  ["little memory", { availableMemoryMiB: 900 }, /^Only 900 MiB of memory .* needs 4500 MiB/],
  ["little disk", { freeDiskMiB: 300 }, /^Only 300 MiB of disk are free in \/cache: 7000 MiB .*PULUMI_KVM_LIVE_CACHE/],
  [
    "no CLI and no Go",
    { pulumiVersion: undefined, goVersion: undefined },
    /^There is no Pulumi CLI, and there is no Go to build one with\. Install the Pulumi CLI 3\.200\.0 or newer, or Go/,
  ],
  [
    "an old CLI and an old Go",
    { pulumiVersion: "3.100.0", goVersion: "1.19.8" },
    /^The Pulumi CLI is 3\.100\.0, and Go is 1\.19\.8 to build one with/,
  ],
])("%s is named, with what to do", (_, facts, message) => {
  const problems = findProblems({ ...good, ...facts }, needs);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(message);
});

test("either a CLI or a Go will do", () => {
  expect(findProblems({ ...good, pulumiVersion: undefined }, needs)).toEqual([]);
  expect(findProblems({ ...good, goVersion: undefined }, needs)).toEqual([]);
});

test("without a need for Pulumi neither is asked for", () => {
  const bare = { ...good, pulumiVersion: undefined, goVersion: undefined };
  expect(findProblems(bare, { ...needs, pulumi: false })).toEqual([]);
});

test("all problems are reported at once", () => {
  const bad = { ...good, userId: 1, hasTun: false, availableMemoryMiB: 1, freeDiskMiB: 1, architecture: "arm64" };
  expect(findProblems(bad, needs)).toHaveLength(5);
});
