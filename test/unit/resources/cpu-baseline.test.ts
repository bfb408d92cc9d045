import type { CommonCpu } from "../../../provider/libvirt/cpu-baseline/baseline";
import { parseXml } from "../../../provider/libvirt/definition/xml";
import { cpuBaseline } from "../../../provider/resources/cpu-baseline/definition";
import { silentOperation } from "../../silent-operation";

const hosts = { "hv-a": { address: "10.77.0.11" }, "hv-c": { address: "10.77.0.14" } };
const problems = (args: Record<string, unknown>) => {
  const { error } = cpuBaseline.schema.safeParse(args);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
};

test.each<[Record<string, unknown>, string[]]>([
  [{ hosts }, []],
  [{ hosts, type: "qemu", arch: "x86_64", machine: "pc-q35-7.2", emulator: "/usr/bin/qemu-system-x86_64" }, []],
  [{ hosts: {} }, ["hosts: must have a host"]],
  [{ hosts, type: "xen" }, ['type: must be "kvm" or "qemu"']],
  [{ hosts, arch: "--all" }, [expect.stringMatching(/^arch: must be an architecture .*, of letters/)]],
  [{ hosts, machine: "a b" }, [expect.stringMatching(/^machine: must be a machine type, of letters/)]],
  [{ hosts, emulator: "qemu" }, [expect.stringMatching(/^emulator: must be an absolute path/)]],
])("%j", (args, expected) => {
  expect(problems(args)).toEqual(expected);
});

const args = cpuBaseline.schema.parse({ hosts });
const model = cpuBaseline.model(args, silentOperation());
const known = ["avx", "avx2", "lm"];
const answer = (features: string[], xml: string): CommonCpu => ({
  hosts: ["hv-a", "hv-c"].map((name) => ({
    name,
    host: {} as never,
    libvirtVersion: "9.0.0",
    qemuVersion: "7.2.22",
    refusal: "",
    hostModel: undefined,
    models: ["EPYC", "EPYC-v1"],
    vendor: "AMD",
    features: name === "hv-a" ? known : features,
    lacking: [],
  })),
  baseline: { cpu: parseXml(xml), features },
  problems: [],
});
const cpu = (features: string, name = "EPYC") =>
  `<cpu mode="custom" match="exact"><model fallback="forbid">${name}</model><vendor>AMD</vendor>${features}</cpu>`;
const without = (name: string) => `<feature policy="disable" name="${name}"/>`;

const first = answer(known, cpu('<feature policy="require" name="lm"/>'));
const created = cpuBaseline.stateOf(model, { ...first, isTaken: true });

test("outputs of the first one", () => {
  expect(created).toEqual({
    cpu: expect.stringMatching(/^<cpu mode="custom" match="exact">\n {2}<model fallback="forbid">EPYC<\/model>/),
    model: "EPYC",
    vendor: "AMD",
    requiredFeatures: ["lm"],
    disabledFeatures: [],
    features: known,
    versions: {
      "hv-a": { libvirt: "9.0.0", qemu: "7.2.22" },
      "hv-c": { libvirt: "9.0.0", qemu: "7.2.22" },
    },
  });
});

test("a refresh has the new CPU and what has changed, until it is taken", () => {
  const now = { ...answer(["avx", "lm"], cpu(without("avx2"))), isTaken: false };
  const refreshed = cpuBaseline.stateOf(model, now, created);
  expect(refreshed).toMatchObject({
    disabledFeatures: ["avx2"],
    features: ["avx", "lm"],
    drift: ["hv-c: lacks avx2, which the CPU has"],
  });
  expect(cpuBaseline.stateOf(model, now, refreshed)).toEqual(refreshed);
  const { drift: _, ...taken } = { ...refreshed };
  expect(cpuBaseline.stateOf(model, { ...now, isTaken: true }, refreshed)).toEqual(taken);
});

test("the same features in other words are the same CPU", () => {
  const inOtherWords = { ...answer(known, cpu("", "EPYC-v1")), isTaken: true };
  expect(cpuBaseline.stateOf(model, inOtherWords, created)).toEqual(created);
});

test("where the hosts have nothing in common any more the CPU stays, and an up is refused", async () => {
  const none = { ...first, baseline: undefined, problems: ["hv-c: it has none"], isTaken: false };
  expect(cpuBaseline.stateOf(model, none, created)).toEqual({ ...created, drift: ["hv-c: it has none"] });
  await expect(cpuBaseline.reconcile(silentOperation(), model, none, created)).rejects.toThrow("hv-c: it has none");
});

test("what a refresh has found holds for the same question", () => {
  const holds = (changes: object) => cpuBaseline.foreseen?.holds(cpuBaseline.schema.parse({ hosts, ...changes }), args);
  expect(holds({})).toBe(true);
  expect(holds({ hosts: { ...hosts, "hv-a": { address: "10.77.0.11", user: "admin" } } })).toBe(true);
  expect(holds({ hosts: { ...hosts, "hv-d": { address: "10.77.0.15" } } })).toBe(false);
  expect(holds({ type: "qemu" })).toBe(false);
});
