/** Parsers of what hosts say, given text that makes a careless pattern go back and forth: the test would not end. */
import { missingTool } from "../../../provider/host/tools";
import { withoutOwner } from "../../../provider/libvirt/definition/domain-xml";
import { explained } from "../../../provider/libvirt/errors";
import { answerAbout, parseView } from "../../../provider/libvirt/host-view";
import { parseJob } from "../../../provider/libvirt/migration/job";
import { mountFailed } from "../../../provider/nfs/errors";
import { LineSplitter } from "../../../provider/util/line-splitter";
import { endOf, oneLine, printable } from "../../../provider/util/printable";

const pieces = [
  " ",
  "\n",
  "a",
  "a ",
  "a: ",
  "(",
  ") (",
  "sh: 1: a",
  "sh: ",
  "0",
  "<kvm-live:domain ",
  "<{%",
  "\u001b",
  "\u202E",
];
const uuid = "0f0806ab-531d-6134-5def-c5b495529284";

test.each(pieces)("%j, over and over", (piece) => {
  const text = piece.repeat(200_000);
  expect(parseJob(text).active).toBe(false);
  expect(missingTool(["x"], 127, text)).toBe("x");
  expect(explained(text).length).toBeLessThan(20_000);
  expect(oneLine(text).length).toBeLessThanOrEqual(1000);
  expect(endOf(text).length).toBeLessThan(20 * 510);
  expect(printable(text).length).toBeLessThan(140_000);
  expect(withoutOwner(text)).toBe(text);
  const failed = { host: "h", source: "nas:/x", options: [], exitCode: 32, said: text };
  expect(mountFailed(failed).message.length).toBeLessThan(20_000);
  const view = parseView("hv", [`${uuid}\n`, text, text, text, "", text, text, text, text, ""], text);
  expect(answerAbout(view, uuid)).toMatchObject({ hasQemu: false });
});

test("a line in a million pieces is put together once", () => {
  const lines = new LineSplitter();
  for (let count = 0; count < 1_000_000; count++) lines.push("x");
  expect(lines.push("\nb\nc")?.map(({ length }) => length)).toEqual([1_000_000, 1]);
  expect(lines.push("d\n")).toEqual(["cd"]);
  expect(lines.push("x".repeat(2_000_000))).toBeUndefined();
});
