import { definitionDifferences } from "../../../../provider/libvirt/definition/differences";
import { parseXml } from "../../../../provider/libvirt/definition/xml";

const domain = (inner: string, devices = "") =>
  parseXml(`<domain type="kvm">${inner}<devices>${devices}</devices></domain>`);
const differences = (one: string, other: string, ...devices: [string, string] | []) =>
  definitionDifferences(domain(one, devices[0]), domain(other, devices[1]));

test("the same definition has none, whatever the layout", () => {
  expect(differences("<name>a</name>", "\n\n<name>a</name>")).toEqual([]);
});

test("texts, attributes, and elements that only one has", () => {
  expect(
    differences(
      "<vcpu>4</vcpu><features><acpi/></features>",
      '<vcpu placement="static">2</vcpu><features/>',
      '<disk type="file"/><disk type="block"/>',
      '<disk type="file"/><disk type="file"/><rng/>',
    ),
  ).toEqual([
    "vcpu @placement: nothing on the host, static in the program",
    "vcpu: 4 on the host, 2 in the program",
    "features/acpi: only on the host",
    "devices/disk[2] @type: block on the host, file in the program",
    "devices/rng: only in the program",
  ]);
});

test("what may be secret is not shown", () => {
  const argument = (value: string) =>
    `<qemu:commandline xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0"><qemu:arg value="${value}"/></qemu:commandline>`;
  expect(differences(argument("secret,data=one"), argument("secret,data=two"))).toEqual([
    "qemu:commandline/qemu:arg @value: differs",
  ]);
});

test("a long or hostile value does not fill or obey the terminal", () => {
  const [line = ""] = differences(`<title>${"x".repeat(500)}</title>`, "<title>\u202Ea\u2028b</title>");
  expect(line).toBe(`title: ${"x".repeat(80)} on the host, a b in the program`);
});
