import { matchesGlob } from "../../../provider/util/glob";

test.each([
  ["*", "O=a,CN=b", true],
  ["O=a,*,CN=hv-?", "O=a,OU=x,CN=hv-b", true],
  ["O=a.b", "O=axb", false],
  ["CN=hv", "CN=hv-a", false],
])("%j lets %j in: %j", (pattern, name, expected) => {
  expect(matchesGlob(pattern, name)).toBe(expected);
});
