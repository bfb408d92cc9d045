import { parseXml } from "../../../../provider/libvirt/definition/xml";
import { type HypervisorFacts, hypervisorNeedsOf } from "../../../../provider/libvirt/preflight/hypervisor-facts";
import { hypervisorFindings } from "../../../../provider/libvirt/preflight/hypervisor-findings";
import { printFinding } from "../../../../provider/placement/preflight/finding";

const domain = (inner: string) =>
  parseXml(
    `<domain type='kvm'><name>web</name><os><type arch='x86_64' machine='pc-q35-9.9'>hvm</type></os>${inner}</domain>`,
  );
const needs = hypervisorNeedsOf(domain("<memory unit='GiB'>8</memory>"));
const fine: HypervisorFacts = { refusal: "", cpuRefusal: "", freeKiB: 16 * 2 ** 20 };
const said = (facts: Partial<HypervisorFacts>, onSource?: Partial<HypervisorFacts>) =>
  hypervisorFindings("web", "hv-b", needs, { ...fine, ...facts }, onSource && { ...fine, ...onSource }).map(
    printFinding,
  );

test("a host that has everything has no problem", () => expect(said({})).toEqual([]));

test("machine type, KVM, CPU and memory, each with the fix", () => {
  const machine =
    "error: failed to get emulator capabilities\nerror: invalid argument: the machine 'pc-q35-9.9' is not supported by emulator '/usr/bin/qemu-system-x86_64'";
  expect(said({ refusal: machine })).toEqual([
    expect.stringMatching(/^hv-b has no machine type pc-q35-9\.9: .*Choose one/),
  ]);
  const kvm = "error: invalid argument: the accel 'kvm' is not supported by '/usr/bin/qemu-system-x86_64' on this host";
  expect(said({ refusal: kvm })).toEqual([
    expect.stringMatching(/^hv-b cannot run guests of type kvm: it has no \/dev\/kvm/),
  ]);
  expect(said({ refusal: "error: something new" })).toEqual([expect.stringMatching(/cannot tell .*something new/)]);
  expect(said({ refusal: "Cannot check QEMU binary /x: No such file or directory" })).toEqual([]);
  const cpu =
    "error: the CPU is incompatible with host CPU: Host CPU does not provide required features: avx512f, pcid";
  expect(said({ cpuRefusal: cpu })).toEqual([
    expect.stringMatching(/^hv-b cannot give web the CPU that it has: it lacks avx512f, pcid\. Give it a CPU that all/),
  ]);
  expect(said({ freeKiB: 2 ** 20 })).toEqual([
    expect.stringMatching(/^hv-b has 1024 MiB of memory free, and web has 8192 MiB\. .*\[memory-short\]$/),
  ]);
  expect(said({ freeKiB: undefined })).toEqual([]);
});

test("where the source says the same of the CPU that the guest has, it tells nothing", () => {
  expect(said({ cpuRefusal: "incompatible" }, { cpuRefusal: "incompatible" })).toEqual([]);
  expect(said({ cpuRefusal: "incompatible" }, {})).toHaveLength(1);
});

test.each<[string, string | undefined]>([
  ["<cpu mode='custom' match='exact' check='full'><model>qemu64</model></cpu>", "qemu64"],
  ["<cpu><model>qemu64</model></cpu>", "qemu64"],
  ["<cpu mode='custom' check='none'><model>qemu64</model></cpu>", undefined],
  ["<cpu mode='host-model'/>", undefined],
  ["<cpu mode='host-passthrough'/>", undefined],
  ["", undefined],
])("%s is compared as %s", (cpu, compared) => {
  const found = hypervisorNeedsOf(domain(cpu)).cpu;
  if (compared === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(compared);
});

test.each<[string, number | undefined]>([
  ["<memory unit='MiB'>512</memory>", 512 * 1024],
  ["<memory>1024</memory><currentMemory>512</currentMemory>", 512],
  ["<memory unit='MiB'>512</memory><memoryBacking><hugepages/></memoryBacking>", undefined],
  ["", undefined],
])("%s needs %s KiB", (memory, KiB) => expect(hypervisorNeedsOf(domain(memory)).memoryKiB).toBe(KiB));
