import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { Code, code, comment, quoted } from "../../../provider/discover/code";
import { fileName, identifier, Names, reserved } from "../../../provider/discover/names";

const hostile = [
  'a"; process.exit(1); //',
  `\`$${"{process.exit(1)}"}\``,
  "*/ process.exit(1) /*",
  "\u2028process.exit(1)",
  "a\nprocess.exit(1)",
  "\u202Etxt.exe",
  "\\",
  "\ud800",
  "'",
  "é\u{1f600}",
];

test.each(hostile)("the name %j is a string, and nothing else", (name) => {
  expect(runInNewContext(quoted(name))).toBe(name);
  expect(quoted(name)).not.toMatch(/[\p{Cf}\p{Cc}\u2028\u2029]/u);
});

test("any text is quoted so that it is read back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(runInNewContext(quoted(text))).toBe(text);
    }),
  );
});

test.each(hostile)("a comment that names %j stays one", (name) => {
  const text = `${comment(`${name} ${"word ".repeat(60)}`, "// - ", "//   ")}\n42`;
  expect(runInNewContext(text)).toBe(42);
  expect(
    text
      .split("\n")
      .slice(0, -1)
      .every((line) => line.startsWith("// ") && line.length <= 120),
  ).toBe(true);
});

test("values are code that gives the same values", () => {
  const value = {
    a: [1, "two", true],
    "odd-key": { b: [] },
    c: undefined,
    long: Array.from({ length: 30 }, (_, n) => `item ${n}`),
  };
  expect(JSON.stringify(runInNewContext(`(${code(value)})`))).toBe(JSON.stringify(value));
  expect(code({ host: new Code("hvA"), domain: new Code("domain") })).toBe("{ host: hvA, domain }");
  expect(
    code(value)
      .split("\n")
      .every((line) => line.length <= 120),
  ).toBe(true);
});

describe("names", () => {
  test.each([
    ["hv-a.example", "hvAExample"],
    ["web", "web"],
    ["Windows 2022 (old)", "windows2022Old"],
    ["10.77.0.11", "host1077011"],
    ["/srv/vm", "srvVm"],
    ["日本", "host"],
    ["", "host"],
    ["__proto__", "proto"],
  ])("%j is the identifier %s", (text, expected) => {
    expect(identifier(text, "host")).toBe(expected);
  });

  test("any text is a valid identifier, each once, and no word of the language", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("web", "Web", ...reserved))),
        (texts) => {
          const names = new Names(reserved);
          const all = texts.map((text) => names.claim(identifier(text, "guest")));
          expect(new Set(all.map((name) => name.toLowerCase())).size).toBe(all.length);
          for (const name of all) {
            expect(name).toMatch(/^[A-Za-z][A-Za-z0-9]*$/);
            expect(reserved).not.toContain(name);
          }
        },
      ),
    );
  });

  test("the first that is free is taken, and then one with a number", () => {
    const names = new Names(["new"]);
    expect([names.claim("web", "webHvB"), names.claim("Web", "webHvB"), names.claim("web", "webHvB")]).toEqual([
      "web",
      "webHvB",
      "webHvB2",
    ]);
    expect(names.claim("new")).toBe("new2");
  });

  test.each([
    ["web", "web"],
    ["../../etc/passwd", "etc-passwd"],
    [".hidden", "hidden"],
    ["a b/c", "a-b-c"],
    ["日本", "guest"],
    ["x".repeat(300), "x".repeat(60)],
  ])("the file of %j is %s", (text, expected) => {
    expect(fileName(text, "guest")).toBe(expected);
  });
});
