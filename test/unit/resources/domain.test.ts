import { domainXml } from "../../../lab/guest/domain";
import { domain } from "../../../provider/resources/domain/definition";

const problems = (args: Record<string, unknown>) => {
  const { error } = domain.schema.safeParse(args);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")} ${message}`);
};
const xml = domainXml({ name: "a", folder: "/srv", memoryMiB: 64 });
const withDevices = (devices: string) => xml.replace("<memballoon", `${devices}<memballoon`);
const cdrom = '<disk type="file" device="cdrom"><target dev="hdc"/></disk>';
const shmem = '<shmem name="one"/>';
const nvme = '\n<disk type="nvme" device="disk"><target dev="vdb"/></disk>';

const derivedFrom = async (args: Record<string, unknown>) =>
  (await domain.derived?.from(domain.schema.parse(args), "urn"))?.removedDevices;

test("a definition that can move will do", () => {
  expect(problems({ xml })).toEqual([]);
  expect(problems({ xml: withDevices(`${cdrom}<hostdev mode="subsystem" type="usb"/>`) })).toEqual([]);
});

test("all that cannot move is named, with its line and what can be done", () => {
  expect(problems({ xml: withDevices(shmem + nvme) })).toEqual([
    expect.stringMatching(
      /^xml has shmem one \(line 15\), which cannot move live: only shared memory whose role is master moves.* Set role='master'.* Or set blockingDevices to \{ remove: \["shmem"\] \} .* or to "keep"/,
    ),
    expect.stringMatching(/^xml has disk vdb \(line 16\), which cannot move live: .*NVMe/),
  ]);
});

test("it is left out, or kept, as the user says", async () => {
  const all = withDevices(cdrom + shmem + nvme);
  expect(problems({ xml: all, blockingDevices: "remove" })).toEqual([]);
  expect(problems({ xml: all, blockingDevices: "keep" })).toEqual([]);
  expect(problems({ xml: all, blockingDevices: { remove: ["shmem", "cdrom"] } })).toEqual([
    expect.stringMatching(/disk vdb/),
  ]);
  expect(problems({ xml: all, blockingDevices: { remove: ["shmem", "nvme"] } })).toEqual([]);
  expect(await derivedFrom({ xml: all, blockingDevices: "remove" })).toEqual(["shmem one", "disk vdb"]);
  expect(await derivedFrom({ xml: all, blockingDevices: "keep" })).toEqual([]);
  expect(await derivedFrom({ xml: all, blockingDevices: { remove: ["cdrom", "shmem", "nvme"] } })).toEqual([
    "cdrom hdc",
    "shmem one",
    "disk vdb",
  ]);
});

test.each([["cdroms"], [[]], [{}], [{ remove: [] }], [{ remove: ["cdroms"] }]])(
  "blockingDevices %j is refused",
  (given) => {
    expect(problems({ xml, blockingDevices: given }).join()).toMatch(/^blockingDevices.* must /);
  },
);

test("a long definition is not repeated in its problems", () => {
  const long = withDevices(`<!-- ${"x".repeat(100_000)} -->${shmem}`);
  expect(problems({ xml: long }).join().length).toBeLessThan(600);
});

test.each<[string, RegExp]>([
  ["<domain", /^xml is not well-formed XML: line 1: /],
  ["", /^xml must not be empty/],
  [xml.replace("<name>a", "<name>../a"), /^xml has the name "..\/a": it must/],
  [`<!DOCTYPE d [<!ENTITY a "b">]>${xml}`, /^xml is not well-formed XML: line 1: it must not have a DOCTYPE/],
])("%j is refused", (text, problem) => {
  expect(problems({ xml: text }).join("\n")).toMatch(problem);
});

describe("cpu", () => {
  const cpu =
    '<cpu mode="custom" match="exact"><model fallback="forbid">EPYC</model><feature policy="disable" name="avx2"/></cpu>';
  const own =
    '<cpu mode="host-model" check="partial"><model>Nehalem</model><topology sockets="1" dies="1" cores="2" threads="1"/><feature policy="require" name="pku"/><cache mode="emulate" level="3"/><numa><cell id="0" cpus="0" memory="32" unit="MiB"/></numa></cpu>';
  const definitionOf = (given: string) =>
    domain.derived?.from(domain.schema.parse({ xml: given, cpu }), "urn").definition as string;

  test("is added where there is none", () => {
    expect(problems({ xml, cpu })).toEqual([]);
    expect(definitionOf(xml).replace(/\n\s*/g, "")).toContain(cpu);
  });

  test("takes the place of the definition's own, whose topology, caches and NUMA cells stay", () => {
    const [text] = /<cpu[\s\S]*<\/cpu>/.exec(definitionOf(xml.replace("<devices>", `${own}<devices>`))) ?? [""];
    expect(text.replace(/\n\s*/g, "")).toBe(
      cpu.replace(
        "</cpu>",
        '<topology sockets="1" dies="1" cores="2" threads="1"/><cache mode="emulate" level="3"/><numa><cell id="0" cpus="0" memory="32" unit="MiB"/></numa></cpu>',
      ),
    );
  });

  test.each<[string, string, RegExp]>([
    ["not XML", "<cpu", /^cpu is not well-formed XML: line 1: /],
    ["empty", "", /^cpu must not be empty: a <cpu> element\n/],
    ["another element", "<domain/>", /^cpu must have <cpu> as its outermost element, not <domain>$/],
    ["no model", "<cpu mode='custom'/>", /^cpu must have one <model> with the name of a CPU model/],
    ["no mode of libvirt's", "<cpu mode='best'/>", /^cpu has the mode "best": it must be custom, host-model/],
    [
      "a nameless feature",
      "<cpu>\n<model>EPYC</model>\n<feature policy='require'/></cpu>",
      /^cpu has a <feature> on line 3 without a name, or with a policy/,
    ],
    [
      "a second topology",
      '<cpu mode="custom"><model>EPYC</model><topology sockets="1" cores="1" threads="1"/></cpu>',
      /^cpu has a <topology>, and so has the <cpu> of xml\. Leave one of them out$/,
    ],
    [
      "what cannot move",
      '<cpu><model>EPYC</model><feature policy="require" name="invtsc"/></cpu>',
      /^cpu has .*which cannot move live/,
    ],
  ])("%s is refused", (_what, given, problem) => {
    expect(problems({ xml: xml.replace("<devices>", `${own}<devices>`), cpu: given }).join("\n")).toMatch(problem);
  });

  test("what is wrong with the definition is not said of it, too", () => {
    const named = problems({ xml: withDevices(shmem), cpu });
    expect(named).toEqual([expect.stringMatching(/^xml has shmem one/)]);
  });
});
