/**
 * Which CPUs libvirt is asked about, from what two releases printed in the lab (without lists of features that keep a
 * model from being usable, which nothing here reads).
 */
import { hostProblems } from "../../../../provider/libvirt/cpu-baseline/baseline";
import { cpuDrift } from "../../../../provider/libvirt/cpu-baseline/drift";
import { featuresOf, modelOf, parseCpuFacts } from "../../../../provider/libvirt/cpu-baseline/facts";
import { cpusFor, inOrder } from "../../../../provider/libvirt/cpu-baseline/inputs";
import { parseXml, textAt } from "../../../../provider/libvirt/definition/xml";
import { fixture } from "../../../fixtures/read";

const asked = { type: "qemu", arch: "x86_64", machine: "", emulator: "" };
const version = (libvirt: string, qemu: string) =>
  `Compiled against library: libvirt ${libvirt}\nUsing library: libvirt ${libvirt}\nUsing API: QEMU ${libvirt}\nRunning hypervisor: QEMU ${qemu}\n`;
const facts = (libvirt: string, qemu: string) =>
  parseCpuFacts([
    { key: "version", values: [version(libvirt, qemu)] },
    { key: "capabilities", values: [fixture(`virsh-${libvirt}-domcapabilities-qemu.xml`)] },
    { key: "cpu", values: [fixture(`virsh-${libvirt}-hypervisor-cpu-baseline-features.xml`)] },
  ]);
const bookworm = facts("9.0.0", "7.2.22");
const trixie = facts("11.3.0", "10.0.13");

test("what a host answers", () => {
  expect(bookworm).toMatchObject({ libvirtVersion: "9.0.0", qemuVersion: "7.2.22", refusal: "", vendor: "AMD" });
  expect(bookworm.models).toEqual(expect.arrayContaining(["EPYC", "486"]));
  expect(bookworm.features).toEqual(expect.arrayContaining(["avx2", "pcommit"]));
  expect(bookworm.lacking).toEqual(expect.arrayContaining(["rdseed", "xsavec"]));
  expect(bookworm.features).not.toContain("rdseed");
  expect(trixie).toMatchObject({ libvirtVersion: "11.3.0", qemuVersion: "10.0.13", vendor: "AMD" });
  expect(trixie.features).toEqual(expect.arrayContaining(["cmpccxadd", "rdseed"]));
});

test("what libvirt says against it is kept", () => {
  const said =
    "error: invalid argument: the accel 'kvm' is not supported by '/usr/bin/qemu-system-x86_64' on this host";
  const refused = parseCpuFacts([
    { key: "version", values: [version("9.0.0", "7.2.22")] },
    { key: "refused", values: [`${said}\n`] },
  ]);
  expect(refused).toMatchObject({ refusal: said, hostModel: undefined, models: [], features: [] });
  expect(hostProblems([{ name: "hv-a", ...refused }], { ...asked, type: "kvm" })).toEqual([
    `hv-a: libvirt has no CPU for guests of type kvm: ${said}`,
  ]);
  expect(parseCpuFacts([]).refusal).toBe("it tells of no CPU of its own");
});

test("the oldest libvirt computes first", () => {
  expect(inOrder([trixie, bookworm, { ...trixie, libvirtVersion: "9.10.0" }]).map((one) => one.libvirtVersion)).toEqual(
    ["9.0.0", "9.10.0", "11.3.0"],
  );
});

test("a libvirt is given no feature that it does not know, and its own CPU as it is", () => {
  const [own, other, ...more] = cpusFor(bookworm, [trixie]);
  expect(more).toEqual([]);
  expect(own).toEqual(bookworm.hostModel);
  expect(featuresOf(trixie.hostModel, "require")).toEqual(expect.arrayContaining(["cmpccxadd", "fzrm"]));
  const named = [...featuresOf(other, "require"), ...featuresOf(other, "disable")];
  expect(named).toEqual(expect.arrayContaining(["clwb", "xsavec"]));
  expect(named.filter((name) => ![...bookworm.features, ...bookworm.lacking].includes(name))).toEqual([]);
  expect(other && modelOf(other)).toBe("EPYC");
});

test("a model that it does not know is spelled out", () => {
  const models = bookworm.models.filter((name) => name !== "EPYC");
  const [, other] = cpusFor({ ...bookworm, models }, [trixie]);
  expect(other && modelOf(other)).toBe("486");
  expect(other && textAt(other, "vendor")).toBe("AMD");
  expect(featuresOf(other, "require")).toEqual(
    trixie.features.filter((name) => bookworm.features.includes(name) || bookworm.lacking.includes(name)),
  );
  expect(featuresOf(other, "require")).toContain("avx2");
});

test("CPUs of two vendors have nothing in common", () => {
  const intel = { name: "hv-c", ...trixie, vendor: "Intel" };
  expect(hostProblems([{ name: "hv-a", ...bookworm }, intel], asked)).toEqual([
    "Their CPUs are of different vendors (hv-a: AMD, hv-c: Intel), and no guest moves live between those. Make a CpuBaseline for each.",
  ]);
  expect(
    hostProblems(
      [
        { name: "hv-a", ...bookworm },
        { ...intel, vendor: "" },
      ],
      asked,
    ),
  ).toEqual([]);
});

describe("drift", () => {
  const host = { address: "", host: {} as never };
  const known = { model: "EPYC", vendor: "AMD", features: ["avx", "avx2", "lm"] };
  const on = (name: string, features: string[], changes: object = {}) => ({
    ...host,
    name,
    ...bookworm,
    features,
    ...changes,
  });
  const drift = (hosts: ReturnType<typeof on>[], features: string[]) =>
    cpuDrift(known, { hosts, baseline: { cpu: parseXml("<cpu/>"), features }, problems: [] });

  test.each<[string, string[], string[]]>([
    ["nothing", ["avx", "avx2", "lm"], []],
    ["a lost feature", ["avx", "lm"], ["hv-b: lacks avx2, which the CPU has"]],
    ["a feature more", ["avx", "avx2", "lm", "pku"], ["all hosts have pku, which the CPU lacks"]],
    ["both", ["lm", "pku"], ["hv-b: lacks avx, avx2, which the CPU has", "all hosts have pku, which the CPU lacks"]],
  ])("%s", (_what, features, lines) => {
    expect(drift([on("hv-a", [...known.features, "pku", "x"]), on("hv-b", features)], features)).toEqual(lines);
  });

  test("another model, another vendor, and libvirt's own mind", () => {
    const { features } = known;
    expect(drift([on("hv-a", features, { models: ["486"] })], features)).toEqual([
      "hv-a: its QEMU has no CPU model EPYC",
    ]);
    expect(drift([on("hv-a", features, { vendor: "Intel" })], features)).toEqual([
      "hv-a: its CPU is of Intel, not of AMD",
    ]);
    expect(drift([on("hv-a", features)], ["avx", "lm"])).toEqual(["libvirt leaves out avx2, which the CPU has"]);
  });

  test("many names are cut short; no common CPU at all is said as it is", () => {
    const features = [...known.features, ...Array.from({ length: 20 }, (_, index) => `f${index}`)];
    expect(drift([on("hv-a", features)], features)).toEqual([
      expect.stringMatching(/^all hosts have f0, .*, f11 and 8 more, which/),
    ]);
    expect(cpuDrift(known, { hosts: [], baseline: undefined, problems: ["none"] })).toEqual(["none"]);
  });
});
