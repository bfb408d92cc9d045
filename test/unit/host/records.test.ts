import { withParents } from "../../../provider/host/directories";
import { firstOf, parseRecords, valuesOf } from "../../../provider/host/records";

test("values are read back, whatever they hold", () => {
  const text = "a\u00002\0x\n$(y)\0\0none\u00000\0b\u00001\u0000last\n\0";
  const records = parseRecords(text);
  expect(valuesOf(records, "a")).toEqual([["x\n$(y)", ""]]);
  expect(valuesOf(records, "none")).toEqual([[]]);
  expect(firstOf(records, "b")).toBe("last\n");
  expect(firstOf(records, "absent")).toBe("");
  expect(parseRecords("")).toEqual([]);
});

test("a path and those above it", () => {
  expect(withParents("/srv/vm/a")).toEqual(["/srv", "/srv/vm", "/srv/vm/a"]);
});
