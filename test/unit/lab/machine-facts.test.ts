import { allowedCpus, parseCpuList, parseOsRelease, which } from "../../../lab/preflight/facts";

test("lists of CPUs as the kernel writes them", () => {
  expect(parseCpuList("0")).toEqual([0]);
  expect(parseCpuList("0-3")).toEqual([0, 1, 2, 3]);
  expect(parseCpuList("1,4-5,9")).toEqual([1, 4, 5, 9]);
  expect(allowedCpus().length).toBeGreaterThan(0);
});

test("os-release, quoted or not", () => {
  expect(parseOsRelease('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n')).toEqual({
    PRETTY_NAME: "Debian GNU/Linux 12 (bookworm)",
    ID: "debian",
    VERSION_ID: "12",
  });
});

test("a program is found on PATH only when it can be run", () => {
  expect(which("sh", "/nowhere:/usr/bin")).toBe("/usr/bin/sh");
  expect(which("passwd", "/etc")).toBeUndefined();
  expect(which("sh", "")).toBeUndefined();
});
