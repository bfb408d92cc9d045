import { MalformedXml, parseXml, printXml } from "../../../../provider/libvirt/definition/xml";

test.each(["<a/>", '<a b="1">text</a>', "<a>x &lt;y&gt; &amp;amp; é</a>", '<a b="&quot;&apos;&amp;"/>'])(
  "%s comes back as the same tree",
  (xml) => {
    const tree = parseXml(xml);
    expect(parseXml(printXml(tree))).toEqual(tree);
    expect(printXml(parseXml(printXml(tree)))).toBe(printXml(tree));
  },
);

test("order, attributes and text are kept; layout, comments and declarations are not", () => {
  const xml = `<?xml version="1.0"?><!-- c -->\n<a>\n  <b x='1'/>\n <c>t</c><b x="2"/>\n</a>`;
  expect(printXml(parseXml(xml))).toBe('<a>\n  <b x="1"/>\n  <c>t</c>\n  <b x="2"/>\n</a>\n');
});

test.each<[string, RegExp]>([
  ["<a>\n<b></a>", /^line 2: /],
  ["", /Start tag/],
  ["<a/><b/>", /exactly one outermost element/],
  ["plain", /./],
  ["<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", /must not have a DOCTYPE/],
  ["<a>&copy;</a>", /&copy; is not an entity/],
  ["<a>R & D</a>", /write a literal & as &amp;/],
])("%j is malformed", (xml, reason) => {
  expect(() => parseXml(xml)).toThrow(MalformedXml);
  expect(() => parseXml(xml)).toThrow(reason);
});
