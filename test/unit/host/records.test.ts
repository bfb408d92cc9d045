import { withParents } from "../../../provider/host/directories";
import { firstOf, parseRecords, valuesOf } from "../../../provider/host/records";

test("values are read back, whatever they hold", () => {
  const text = "a\u00002\0x\n$(y)\0\0none\u00000\0b\u00001\u0000last\n\0end\u00000\0";
  const records = parseRecords(text) ?? [];
  expect(valuesOf(records, "a")).toEqual([["x\n$(y)", ""]]);
  expect(valuesOf(records, "none")).toEqual([[]]);
  expect(firstOf(records, "b")).toBe("last\n");
  expect(firstOf(records, "absent")).toBe("");
  expect(parseRecords("end\u00000\0")).toEqual([]);
});

test.each([
  ["nothing", ""],
  ["no end", "a\u00001\0x\0"],
  ["an end within a value", "a\u00001\0x\0end\u00000"],
  ["a count below zero", "x\u0000-2\0\0end\u00000\0"],
  ["more than there is", "x\u00003\0a\0end\u00000\0"],
  ["a count that is no number", "x\u0000NaN\0a\0end\u00000\0"],
  ["a huge count", "x\u00001e9\0a\0end\u00000\0"],
  ["a greeting of a login shell", "Welcome!\n"],
])("%s is no whole answer", (_what, text) => {
  expect(parseRecords(text)).toBeUndefined();
});

test("a path and those above it", () => {
  expect(withParents("/srv/vm/a")).toEqual(["/srv", "/srv/vm", "/srv/vm/a"]);
});
