import { parseXml } from "../../../../../provider/libvirt/definition/xml";
import { cpuFindings, cpuNeedsOf } from "../../../../../provider/libvirt/preflight/findings/cpus";
import type { MachineFacts } from "../../../../../provider/placement/preflight/machine-facts";

const host: Pick<MachineFacts, "cpus" | "nodes"> = { cpus: new Set([0, 1]), nodes: new Set([0]) };
const needsOf = (inner: string) =>
  cpuNeedsOf(parseXml(`<domain><os><type machine='pc-q35-7.2'>hvm</type></os>${inner}</domain>`));
const found = (inner: string, maximum?: number, facts = host) =>
  cpuFindings("web", "hv-b", needsOf(inner), maximum, facts);

test("a guest that asks for nothing special has no finding", () => {
  expect(found("", 255)).toEqual([]);
  expect(found("<vcpu placement='static'>4</vcpu>", 255)).toEqual([]);
});

test("more vCPUs than libvirt there gives at most", () => {
  expect(found("<vcpu current='2'>300</vcpu>", 255)).toEqual([
    expect.objectContaining({
      code: "too-many-vcpus",
      seen: "web has 300 vCPUs, and hv-b can give 255 at most with the machine type pc-q35-7.2.",
      fix: expect.stringContaining("Give it fewer"),
    }),
  ]);
  expect(found("<vcpu>300</vcpu>", undefined)).toEqual([]);
});

test.each<[string, string, string]>([
  ["<vcpu cpuset='0-3'>2</vcpu>", "<vcpu cpuset='0-3'>", "CPU 2-3"],
  ["<cputune><vcpupin vcpu='1' cpuset='4,6'/></cputune>", "<vcpupin vcpu='1' cpuset='4,6'>", "CPU 4,6"],
  ["<cputune><emulatorpin cpuset='1-2'/></cputune>", "<emulatorpin cpuset='1-2'>", "CPU 2"],
  ["<cputune><iothreadpin iothread='1' cpuset='7'/></cputune>", "<iothreadpin iothread='1' cpuset='7'>", "CPU 7"],
])("%s on a host with two CPUs", (inner, subject, lacking) =>
  expect(found(inner)).toEqual([
    {
      code: "pinned-cpu-missing",
      hostName: "hv-b",
      subject,
      seen: `web has ${subject}, and hv-b has no ${lacking}: it has 0-1.`,
      fix: "Bind it to CPUs that all candidates have, or take the element out.",
    },
  ]),
);

test.each<[string]>([
  ["<numatune><memory mode='strict' nodeset='1'/></numatune>"],
  ["<numatune><memnode cellid='0' mode='preferred' nodeset='1'/></numatune>"],
])("%s on a host with one node", (inner) =>
  expect(found(inner)).toEqual([
    expect.objectContaining({
      code: "numa-node-missing",
      seen: expect.stringContaining("has no NUMA node 1: it has 0."),
    }),
  ]),
);

test.each<[string]>([
  ["<vcpu placement='auto' cpuset='8'>2</vcpu>"],
  ["<numatune><memory mode='strict' placement='auto'/></numatune>"],
  ["<vcpu cpuset='0-3,^2,^3'>2</vcpu>"],
])("%s binds it to nothing that is missing", (inner) => expect(found(inner)).toEqual([]));

test("where it is not known what the host has, nothing is said to be missing", () =>
  expect(found("<vcpu cpuset='0-3'>2</vcpu>", undefined, { cpus: undefined, nodes: undefined })).toEqual([]));
