import { execFileSync } from "node:child_process";
import { quoteCommand } from "../../../provider/host/command";

const hostile = [
  "",
  " ",
  "plain",
  "it's",
  '"double"',
  "$(reboot)",
  "`reboot`",
  "$HOME",
  "a;b",
  "a&&b",
  "a|b",
  "*",
  "?",
  "[a-z]",
  "~",
  "!!",
  "#comment",
  "back\\slash",
  "new\nline",
  "tab\ttab",
  "-n",
  "--",
  "=",
  "A=b",
  "../../etc/passwd",
  "snow ☃ man",
  "'".repeat(50),
  "x".repeat(300),
];

/** What a real shell makes of the line: the arguments that the program got. */
const seenByProgram = (line: string) => execFileSync("sh", ["-c", line], { encoding: "utf8" }).split("\0").slice(0, -1);

test("every argument reaches the program through a real shell as it is", () => {
  expect(seenByProgram(quoteCommand(["printf", "%s\\0", ...hostile]))).toEqual(hostile);
});

test("a line can be quoted again for a shell behind the shell", () => {
  const inner = quoteCommand(["printf", "%s\\0", ...hostile]);
  expect(seenByProgram(quoteCommand(["sh", "-c", inner]))).toEqual(hostile);
});

test("plain words stay readable", () => {
  expect(quoteCommand(["virsh", "migrate", "--live", "vm-1", "qemu+tls://hv-b/system", "--x=1"])).toBe(
    "virsh migrate --live vm-1 qemu+tls://hv-b/system --x=1",
  );
});

test.each(["A=b", "if", "time", "while"])("%s as a program is a program, not the shell's syntax", (program) => {
  expect(quoteCommand([program, "x"])).toBe(`'${program}' x`);
});

test("what no command line can carry is refused", () => {
  expect(() => quoteCommand([])).toThrow("at least a program");
  expect(() => quoteCommand(["echo", "a\0b"])).toThrow('NUL byte: "a\\u0000b"');
});
