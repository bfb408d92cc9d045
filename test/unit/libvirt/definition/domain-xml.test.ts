import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../../../lab/paths";
import { devicesOfKinds } from "../../../../provider/libvirt/definition/blocking-devices";
import {
  canonicalDefinition,
  definitionProblems,
  markedDefinition,
  markOf,
  withoutOwner,
} from "../../../../provider/libvirt/definition/domain-xml";
import { withoutDevices } from "../../../../provider/libvirt/definition/left-out";
import { parseXml } from "../../../../provider/libvirt/definition/xml";
import { digest } from "../../../../provider/util/identity";

const seed = parseXml(readFileSync(join(repository, "examples/live-migration/ubuntu-14.04.xml"), "utf8"));
const plain = (inner = "") => parseXml(`<domain type="kvm"><name>a</name><devices>${inner}</devices></domain>`);
const definitionOf = (inner: string) => canonicalDefinition(plain(inner), "seed").definition;

describe("the original article's domain", () => {
  const gone = devicesOfKinds(seed, ["cdrom", "usb"]);
  const { uuid, name, definition } = canonicalDefinition(withoutDevices(seed, gone), "urn");

  test("keeps its UUID and its name", () => {
    expect([uuid, name]).toEqual(["0f0806ab-531d-6134-5def-c5b495529284", "ubuntu-14.04"]);
    expect(definitionProblems(seed)).toEqual([]);
  });

  test("loses cdrom and USB, and gets no USB controller from libvirt either", () => {
    expect(gone.map(({ what }) => what)).toEqual(["cdrom hdc", "USB controller 0"]);
    expect(devicesOfKinds(parseXml(definition), ["cdrom", "usb"])).toEqual([]);
    expect(definition).toContain('<controller type="usb" model="none"/>');
  });

  test("loses what only its run had, and keeps its addresses", () => {
    for (const trace of [" id=", "alias", "vnet8", "/dev/pts", 'port="5908"']) expect(definition).not.toContain(trace);
    expect(definition).toContain('<address type="pci" domain="0x0" bus="0x00" slot="0x04" function="0x0"/>');
    expect(definition).toContain('<mac address="52:54:11:9b:d5:11"/>');
  });

  test("is canonical: once more changes nothing, nor does another layout", () => {
    expect(canonicalDefinition(parseXml(definition), "other").definition).toBe(definition);
    expect(canonicalDefinition(parseXml(definition.replace(/\n\s*/g, "")), "urn").definition).toBe(definition);
  });
});

test("without a UUID it gets one that only the seed decides", () => {
  const uuidOf = (seedText: string) => canonicalDefinition(plain(), seedText).uuid;
  expect(uuidOf("a")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuidOf("a")).toBe(uuidOf("a"));
  expect(uuidOf("a")).not.toBe(uuidOf("b"));
});

test("interfaces without a MAC address get one each that stays", () => {
  const twice = definitionOf("<interface type='network'/><interface type='network'/>");
  const macs = [...twice.matchAll(/mac address="([^"]+)"/g)].map(([, mac]) => mac);
  expect(new Set(macs).size).toBe(2);
  for (const mac of macs) expect(mac).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/);
  expect(definitionOf("<interface type='network'/><interface type='network'/>")).toBe(twice);
});

test("a user's own alias stays", () => {
  expect(definitionOf("<disk><alias name='ua-data'/></disk>")).toContain("ua-data");
});

test("the mark is found again, beside metadata of others", () => {
  const { definition } = canonicalDefinition(
    parseXml("<domain type='kvm'><name>a</name><metadata><x:y xmlns:x='urn:other'/></metadata></domain>"),
    "seed",
  );
  const owner = { urn: 'urn:pulumi:dev::lab::kvm:DomainPlacement::it\'s <a> "web"', uid: "0123abcd" };
  expect(markOf(parseXml(markedDefinition(definition, owner)))).toEqual({ definition: digest(definition), owner });
  const marked = parseXml(markedDefinition(definition, undefined));
  expect(markOf(marked)).toEqual({ definition: digest(definition), owner: undefined });
  expect(withoutOwner(markedDefinition(definition, owner))).toBe(markedDefinition(definition, undefined));
  expect(markedDefinition(definition, undefined)).toContain("urn:other");
  expect(markOf(parseXml(definition))).toBeUndefined();
});

test.each([
  ["<network/>", "must have <domain> as its outermost element, not <network>"],
  ["<domain/>", "must have a <name>"],
  ["<domain type='kvm'><name>a</name><uuid>$(id)</uuid></domain>", 'has the UUID "$(id)", which is none'],
])("%s is refused", (xml, problem) => {
  expect(definitionProblems(parseXml(xml))).toContain(problem);
});

test.each(["", "a/b", "../x", "-rf", " a", "a\nb", "x".repeat(300)])("%j is no name", (name) => {
  const problems = definitionProblems({ ...plain(), children: [{ name: "name", attributes: {}, children: [name] }] });
  expect(problems.join()).toMatch(/^has the name/);
});

test.each(["ubuntu-14.04", "it's", '"$(id)"', "ünï cödé"])("%j is one", (name) => {
  expect(definitionProblems({ ...plain(), children: [{ name: "name", attributes: {}, children: [name] }] })).toEqual(
    [],
  );
});
