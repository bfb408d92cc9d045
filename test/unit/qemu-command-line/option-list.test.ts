import fc from "fast-check";
import { optionList, parseOptionList } from "../../../provider/qemu-command-line/option-list";
import { optionPairs } from "../../../provider/qemu-command-line/option-pairs";

test.each<[Parameters<typeof optionList>, string]>([
  [[{ file: "/x", index: 0 }], "file=/x,index=0"],
  [[{ id: "net0", ifname: undefined }, "tap"], "tap,id=net0"],
  [[{ append: true, wait: false }], "append=on,wait=off"],
  [[{ file: "/a,b" }, "/c,d"], "/c,,d,file=/a,,b"],
  [[{}], ""],
])("%j is printed as %j", (list, text) => {
  expect(optionList(...list)).toBe(text);
});

test.each<[string, string | undefined, Record<string, string>]>([
  ["", undefined, {}],
  ["tap,ifname=tap0,script=no", "tap", { ifname: "tap0", script: "no" }],
  ["file=/a,,b,readonly", undefined, { file: "/a,b", readonly: "on" }],
  ["/a,,b=c,x=1", "/a,b=c", { x: "1" }],
  ["k=,,,j=", undefined, { k: ",", j: "" }],
  [",k=v", "", { k: "v" }],
  ["a=1,", undefined, { a: "1" }],
  ["a=1,a=2", undefined, { a: "2" }],
  ["cmd=a=b", undefined, { cmd: "a=b" }],
])("%j is parsed", (text, first, values) => {
  const read = parseOptionList(text);
  expect([read.first, Object.fromEntries(read.values)]).toEqual([first, values]);
});

test("any list that is printed is parsed to the same", () => {
  const keys = fc.stringMatching(/^[a-z][a-z0-9._-]*$/);
  // QEMU would take what is before the = for a key.
  const firsts = fc.option(fc.string({ minLength: 1, unit: "grapheme" }), { nil: undefined });
  const values = fc.dictionary(keys, fc.oneof(fc.string({ unit: "grapheme" }), fc.stringMatching(/^[,=a\n]*$/)));
  fc.assert(
    fc.property(values, firsts, (record, first) => {
      fc.pre(!/^[^,]*=/.test(first ?? ""));
      const read = parseOptionList(optionList(record, first));
      expect(read.first).toBe(first);
      expect([...read.values]).toEqual(Object.entries(record));
    }),
    { seed: 20_261_124, numRuns: 1_000 },
  );
});

test.each<[string, string | undefined, [string, string][]]>([
  [
    "user,hostfwd=a,hostfwd=b",
    "type",
    [
      ["type", "user"],
      ["hostfwd", "a"],
      ["hostfwd", "b"],
    ],
  ],
  ["type=user", "type", [["type", "user"]]],
  [
    "readonly,file=/x",
    undefined,
    [
      ["readonly", "on"],
      ["file", "/x"],
    ],
  ],
  [
    '{"a":{"b":true,"c":[{"str":"x,y"},1]},"d":null}',
    undefined,
    [
      ["a.b", "on"],
      ["a.c.0.str", "x,y"],
      ["a.c.1", "1"],
    ],
  ],
  ["{'a': 1}", undefined, []],
])("pairs of %j", (text, implied, pairs) => {
  expect(optionPairs(text, implied)).toEqual(pairs);
});
