import { domainXml } from "../../../lab/guest/domain";
import { domain } from "../../../provider/resources/domain/definition";

const problems = (args: Record<string, unknown>) => {
  const { error } = domain.schema.safeParse(args);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")} ${message}`);
};
const xml = domainXml({ name: "a", folder: "/srv", memoryMiB: 64 });
const withCdrom = xml.replace("<memballoon", '<disk type="file" device="cdrom"><target dev="hdc"/></disk><memballoon');

test("a definition that can move will do", () => expect(problems({ xml })).toEqual([]));

test("all devices that cannot move are named, or left out when told to", () => {
  const two = withCdrom.replace("<memballoon", '<hostdev mode="subsystem" type="usb"/><memballoon');
  expect(problems({ xml: two })).toEqual([
    expect.stringMatching(/^xml has a device that cannot move live: cdrom hdc\. .* set blockingDevices to "remove"/),
    expect.stringMatching(/^xml has a device that cannot move live: host device \(subsystem usb\)/),
  ]);
  expect(problems({ xml: two, blockingDevices: "remove" })).toEqual([]);
});

test.each<[string, RegExp]>([
  ["<domain", /^xml is not well-formed XML: line 1: /],
  ["", /^xml must not be empty/],
  [xml.replace("<name>a", "<name>../a"), /^xml has the name "..\/a": it must/],
  [`<!DOCTYPE d [<!ENTITY a "b">]>${xml}`, /^xml is not well-formed XML: it must not have a DOCTYPE/],
])("%j is refused", (text, problem) => {
  expect(problems({ xml: text }).join("\n")).toMatch(problem);
});
