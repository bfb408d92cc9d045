import { type Element, MalformedXml, parseXml, printXml } from "../../../../provider/libvirt/definition/xml";

const again = (tree: Element) => parseXml(printXml(tree));
const withoutLines = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner) => (key === "line" ? undefined : inner)));

test.each([
  "<a/>",
  '<a b="1">text</a>',
  "<a>x &lt;y&gt; &amp;amp; é</a>",
  '<a b="&quot;&apos;&amp;"/>',
  "<a> white space &#13; </a>",
  '<a b=" 1&#10;2&#9;3 "/>',
  "<a><![CDATA[R & D]]> and <![CDATA[<more>]]></a>",
  "<a>mixed <b>text</b> and <c/></a>",
  '<x:a xmlns:x="urn:x" constructor="1" __proto__="2" toString="3"><constructor/><x:__proto__/></x:a>',
])("%s comes back as the same tree", (xml) => {
  const tree = parseXml(xml);
  expect(withoutLines(again(tree))).toEqual(withoutLines(tree));
  expect(printXml(again(tree))).toBe(printXml(tree));
});

test("order, attributes and text are kept; layout, comments and declarations are not", () => {
  const xml = `\uFEFF<?xml version="1.0"?><!-- R & D -->\n<a>\n  <b x='1'/>\n <c> t </c><!-- & --><b x="2"/>\n</a>\n<!-- end -->`;
  expect(printXml(parseXml(xml))).toBe('<a>\n  <b x="1"/>\n  <c> t </c>\n  <b x="2"/>\n</a>\n');
});

test("a line break written as a reference stays one, and a plain one is a space, as XML has it", () => {
  expect(parseXml('<a b="1&#10;2\n3"/>').attributes.b).toBe("1\n2 3");
});

test("an element knows its line", () => {
  const tree = parseXml("<a>\n\n<b\n c='1'/></a>");
  expect(tree.children).toEqual([{ name: "b", attributes: { c: "1" }, children: [], line: 4 }]);
});

test.each<[string, RegExp]>([
  ["<a>\n<b></a>", /^line 2: unexpected close tag/],
  ["", /document must contain a root element/],
  ["<a/><b/>", /documents may contain only one root/],
  ["plain", /./],
  ["<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", /must not have a DOCTYPE/],
  ["<a>&copy;</a>", /undefined entity; write a literal & as &amp;/],
  ["<a>R & D</a>", /write a literal & as &amp;/],
  ["<a b='1' b='2'/>", /duplicate attribute/],
  ["<a>\u0001</a>", /disallowed character/],
  [`${"<a>".repeat(300)}${"</a>".repeat(300)}`, /nested more than 256 deep/],
  ["<a>".repeat(100_000), /nested more than 256 deep/],
])("%j is malformed", (xml, reason) => {
  expect(() => parseXml(xml)).toThrow(MalformedXml);
  expect(() => parseXml(xml)).toThrow(reason);
});
