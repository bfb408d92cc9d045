import { compareVersions, isAtLeast } from "../../../provider/util/version";

test("versions are compared as numbers", () => {
  expect(isAtLeast("3.250.0", "3.200.0")).toBe(true);
  expect(isAtLeast("v3.200.0", "3.200.0")).toBe(true);
  expect(isAtLeast("3.99.9", "3.200.0")).toBe(false);
  expect(isAtLeast("1.26", "1.25.11")).toBe(true);
  expect(isAtLeast("1.25", "1.25.11")).toBe(false);
  expect(isAtLeast("3.250.0-alpha.1", "3.250.0")).toBe(true);
  expect(isAtLeast("unknown", "1.0")).toBe(false);
});

test("versions are sorted, the oldest first", () => {
  expect(["10.0", "7.2.22", "7.2", "8.0"].sort(compareVersions)).toEqual(["7.2", "7.2.22", "8.0", "10.0"]);
  expect(compareVersions("7.2", "7.2.0")).toBe(0);
  expect(compareVersions("7.2", "7.2.1")).toBeLessThan(0);
});
