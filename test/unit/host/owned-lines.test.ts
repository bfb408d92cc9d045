import fc from "fast-check";
import { appendLines, removeLines, withoutNote } from "../../../provider/host/owned-lines";

const unended = ", after a line without an end";
const isOurs = (line: string) => line.startsWith("#ours ");
const without = (text: string) => removeLines(text, isOurs, unended);

test.each([
  ["", "#ours 1\n#ours 2\n"],
  ["a\n", "a\n#ours 1\n#ours 2\n"],
  ["a", `a\n#ours 1${unended}\n#ours 2\n`],
])("lines are appended to %j", (text, expected) => {
  expect(appendLines(text, ["#ours 1", "#ours 2"], unended)).toBe(expected);
});

test("taken out, the text is as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", " ", "\n", "\r", "é") }), (text) => {
      expect(without(appendLines(text, ["#ours 1", "#ours 2"], unended))).toBe(text);
    }),
  );
});

test("what others have appended since stays, on a line of its own", () => {
  expect(without(`a\n#ours 1${unended}\nb\n`)).toBe("a\nb\n");
  expect(without("a\n#ours 1\nb")).toBe("a\nb");
  expect(without("a\nb")).toBe("a\nb");
});

test("another owner's lines take over the note", () => {
  const text = appendLines(appendLines("a", ["#ours 1"], unended), ["#theirs 1"], unended);
  const left = removeLines(text, isOurs, unended, (line) => line.startsWith("#theirs"));
  expect(left).toBe(`a\n#theirs 1${unended}\n`);
  expect(removeLines(left, (line) => line.startsWith("#theirs"), unended)).toBe("a");
});

test("a line is told without its note", () => {
  expect(withoutNote(`#ours 1${unended}`, unended)).toBe("#ours 1");
  expect(withoutNote("#ours 1", unended)).toBe("#ours 1");
});
