import { clockFindings } from "../../../../provider/placement/preflight/clocks";
import { listOf, machineFacts, numbersIn } from "../../../../provider/placement/preflight/machine-facts";

const record = (key: string, ...values: string[]) => ({ key, values });
const meminfo =
  "MemTotal:        1497156 kB\nMemFree:          963860 kB\nMemAvailable:    1153360 kB\nSwapFree:            640 kB\nCommitLimit:      748576 kB\nCommitted_AS:     300000 kB\n";
const uuid = "0f0806ab-531d-6134-5def-c5b495529284";
const asked = { from: 1_000_000, to: 1_002_000 };
const facts = (...records: ReturnType<typeof record>[]) => machineFacts(records, asked);

/** As `grep -H` prints them. */
const files = (texts: Record<string, string>) => {
  const lines = Object.entries(texts).flatMap(([path, text]) => text.split("\n").map((line) => `${path}:${line}`));
  return record("files", lines.join("\n"));
};

test.each<[string, string | undefined, number | undefined]>([
  ["0", meminfo, 1_154_000],
  ["2", meminfo, 448_576],
  ["1", meminfo, undefined],
  ["0", "", undefined],
])("with overcommit_memory %s so much memory is free", (overcommit, text, free) =>
  expect(facts(files({ "/proc/sys/vm/overcommit_memory": overcommit, "/proc/meminfo": text ?? "" })).freeKiB).toBe(
    free,
  ),
);

test("CPUs, nodes, huge pages and what QEMUs take", () => {
  const { cpus, nodes, freeHugePages, residentKiB } = facts(
    files({
      "/sys/devices/system/cpu/online": "0-1,4",
      "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages": "12",
    }),
    record("qemus", `/proc/17/cmdline:-uuid\n/proc/17/cmdline-${uuid}\n--\n/proc/9/cmdline:-uuid\n`),
    record("resident", "/proc/1/status:VmRSS:\t    9000 kB\n/proc/17/status:VmRSS:\t   20480 kB"),
  );
  expect([...(cpus ?? [])]).toEqual([0, 1, 4]);
  expect(nodes).toBeUndefined();
  expect(freeHugePages.get(2048)).toBe(12);
  expect(residentKiB.get(uuid)).toBe(20_480);
});

test.each<[string, string | undefined]>([
  ["0-3,^2, 8", "0-1,3,8"],
  ["5", "5"],
  ["", undefined],
  ["all", undefined],
  ["0-99999", undefined],
])("the set %s is %s", (text, list) => {
  const numbers = numbersIn(text);
  expect(numbers && listOf(numbers)).toBe(list);
});

describe("clocks", () => {
  const at = (name: string, seconds: number, from: number, to: number) => ({
    name,
    ...machineFacts([record("clock", String(seconds))], { from, to }),
  });
  const hvA = at("hv-a", 1000, 1_000_000, 1_002_000);

  test("agree as far as can be told from slow answers", () => {
    expect(clockFindings(hvA, at("hv-b", 1064, 1_000_000, 1_004_000))).toEqual([]);
    expect(clockFindings(hvA, at("hv-b", 938, 1_000_000, 1_004_000))).toEqual([]);
  });

  test("that are apart are told with the span and the fix", () => {
    expect(clockFindings(hvA, at("hv-b", 1100, 1_000_000, 1_002_000))).toEqual([
      expect.objectContaining({
        code: "clocks-apart",
        hostName: "hv-b",
        seen: "The clock of hv-b is at least 97 s ahead of that of hv-a.",
        fix: expect.stringContaining("timedatectl set-ntp true"),
      }),
    ]);
    expect(clockFindings(hvA, at("hv-b", 1000 - 7200, 1_000_000, 1_002_000))[0]?.seen).toBe(
      "The clock of hv-b is at least 119 min behind that of hv-a.",
    );
  });

  test("that are not known are a finding", () =>
    expect(clockFindings(hvA, { name: "hv-b", ...machineFacts([], asked) })).toEqual([
      expect.objectContaining({ code: "unknown-facts", seen: expect.stringContaining("It is not known") }),
    ]));
});
