import { clockFindings } from "../../../../provider/placement/preflight/clocks";
import { listOf, machineFacts, numbersIn } from "../../../../provider/placement/preflight/machine-facts";

const record = (key: string, ...values: string[]) => ({ key, values });
const meminfo =
  "MemTotal:        1497156 kB\nMemFree:          963860 kB\nMemAvailable:    1153360 kB\nSwapFree:            640 kB\nCommitLimit:      748576 kB\nCommitted_AS:     300000 kB\n";
const asked = { from: 1_000_000, to: 1_002_000 };
const facts = (...records: ReturnType<typeof record>[]) => machineFacts(records, asked);

test.each<[string, string | undefined, number | undefined]>([
  ["0", meminfo, 1_154_000],
  ["2", meminfo, 448_576],
  ["1", meminfo, undefined],
  ["0", "", undefined],
])("with overcommit_memory %s so much memory is free", (overcommit, text, free) =>
  expect(facts(record("overcommit", overcommit), record("meminfo", text ?? "")).freeKiB).toBe(free),
);

test("CPUs, nodes, huge pages and what QEMUs take", () => {
  const { cpus, nodes, freeHugePages, residentKiB } = facts(
    record("cpus", "0-1,4\n"),
    record("nodes", ""),
    record("hugePages", "2048", "12"),
    record("qemu", "7b3a-1", "20480"),
  );
  expect([...(cpus ?? [])]).toEqual([0, 1, 4]);
  expect(nodes).toBeUndefined();
  expect(freeHugePages.get(2048)).toBe(12);
  expect(residentKiB.get("7b3a-1")).toBe(20_480);
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
