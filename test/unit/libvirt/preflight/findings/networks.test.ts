import { parseXml } from "../../../../../provider/libvirt/definition/xml";
import { networkFindings, usedNetworks } from "../../../../../provider/libvirt/preflight/findings/networks";
import { parseLibvirtFacts } from "../../../../../provider/libvirt/preflight/libvirt-facts";

const side = (name: string, xml?: string) => ({
  name,
  networks: parseLibvirtFacts(xml === undefined ? [] : [{ key: "network", values: ["lan", xml] }], { from: 0, to: 0 })
    .networks,
});
const used = usedNetworks(
  parseXml(
    `<domain><devices><interface type='network'><source network='lan' portgroup='web'/></interface>
    <interface type='network'><source network='lan' portgroup='web'/></interface><interface type='bridge'><source bridge='br0'/></interface></devices></domain>`,
  ),
);
const found = (here: string | undefined, there: string | undefined) =>
  networkFindings("web", used, side("hv-a", here), side("hv-b", there));

const bridged = (bridge: string, groups = "<portgroup name='web'/>") =>
  `<network><name>lan</name><forward mode='bridge'/><bridge name='${bridge}'/>${groups}</network>`;
const nat =
  "<network connections='1'><name>lan</name><forward mode='nat'><nat/></forward><bridge name='virbr0'/></network>";
const isolated = "<network><name>lan</name><bridge name='virbr1'/></network>";

test("a network is named once", () => expect(used).toEqual([{ network: "lan", portGroup: "web" }]));

test("the same bridge on both is fine, and what is not active is a requirement", () => {
  expect(found(bridged("br0"), bridged("br0"))).toEqual([]);
  expect(found(nat, undefined)).toEqual([]);
  expect(found(undefined, nat)).toEqual([]);
  expect(found("", nat)).toEqual([]);
});

test("another bridge, another mode, a port group that is missing", () => {
  expect(found(bridged("br0"), bridged("br1"))).toEqual([
    {
      code: "network-different",
      hostName: "hv-b",
      subject: "network lan",
      seen: "The network lan of web is of mode bridge with the bridge br0 on hv-a, and of mode bridge with the bridge br1 on hv-b.",
      fix: expect.stringContaining("virsh net-edit"),
    },
  ]);
  expect(found(bridged("br0"), nat)[0]?.seen).toMatch(/of mode bridge .* on hv-a, and a NAT of the host's own on hv-b/);
  expect(found(bridged("br0"), bridged("br0", ""))[0]).toMatchObject({
    code: "network-different",
    seen: expect.stringContaining("has no port group web on hv-b"),
  });
});

test.each([
  [nat, "a NAT"],
  ["<network><name>lan</name><forward/></network>", "a NAT"],
  [isolated, "isolated"],
])("networks of one host each lose the guest its neighbours", (xml, kind) =>
  expect(found(xml, xml)).toEqual([
    expect.objectContaining({ code: "network-of-one-host", seen: expect.stringContaining(kind) }),
  ]),
);
