import { oneLine } from "../../../provider/util/printable";

test.each([
  ["plain", "plain"],
  ["two\nlines\r\n\u2028three", "two lines three"],
  ["\u001b[31mred\u0007", "[31mred"],
  ["right\u202Eto left", "right to left"],
])("%j is one line that no terminal obeys", (text, line) => expect(oneLine(text)).toBe(line));

test("it has an end", () => expect(oneLine("x".repeat(50), 10)).toBe("x".repeat(10)));
