import { parseXml } from "../../../../provider/libvirt/definition/xml";
import { type HypervisorFacts, hypervisorNeedsOf } from "../../../../provider/libvirt/preflight/hypervisor-facts";
import {
  savedMemoryFindings,
  unsupportedByHypervisor,
} from "../../../../provider/libvirt/preflight/hypervisor-findings";
import { printFinding } from "../../../../provider/placement/preflight/finding";

const domain = (inner: string) =>
  parseXml(
    `<domain type='kvm'><name>web</name><os><type arch='x86_64' machine='pc-q35-9.9'>hvm</type></os>${inner}</domain>`,
  );
const needs = hypervisorNeedsOf(domain(""));
const fine: HypervisorFacts = { refusal: "", cpuRefusal: "", maxVcpus: 255, savedMemory: "" };
const said = (facts: Partial<HypervisorFacts>, onSource?: Partial<HypervisorFacts>) =>
  unsupportedByHypervisor("web", "hv-b", needs, { ...fine, ...facts }, onSource && { ...fine, ...onSource }).map(
    printFinding,
  );

test("a host that has everything has no problem", () => expect(said({})).toEqual([]));

test("machine type, KVM and CPU, each with the fix", () => {
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

test("a saved memory image of the guest's name on the destination", () => {
  expect(savedMemoryFindings("web", "hv-b", fine)).toEqual([]);
  const savedMemory = "/var/lib/libvirt/qemu/save/web.save";
  expect(savedMemoryFindings("web", "hv-b", { ...fine, savedMemory })).toEqual([
    expect.objectContaining({ code: "saved-memory-exists", fix: expect.stringContaining(`rm ${savedMemory}`) }),
  ]);
});
