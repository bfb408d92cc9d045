import { host } from "../../../provider/resources/host/definition";

const problems = (args: Record<string, unknown>) => {
  const { error } = host.schema.safeParse(args);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
};

test.each<Record<string, unknown>>([
  { address: "10.77.0.11" },
  { address: "fe80::1" },
  { address: "hv-a.example" },
  { address: "hv-a", port: 2222, user: "admin", sudo: false, agent: false },
  { address: "hv-a", hostKey: "SHA256:JX6EwqZ7nodgiLylJnmRnBjjRWRHjZRsYGD0soA+x2k" },
  { address: "hv-a", hostKey: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAmwmzEjhq root@hv-a"] },
  { address: "hv-a", proxyJump: { address: "b", proxyJump: { address: "c" } } },
])("%j will do", (args) => {
  expect(problems(args)).toEqual([]);
});

test.each(["", "root@hv-a", "hv-a:22/x", "-oProxyCommand=x", "a b", "$(id)", "a\nb", "../x", "[::1]"])(
  "%j is no address",
  (address) => {
    expect(problems({ address }).join()).toMatch(/^address: must /);
  },
);

test.each<[Record<string, unknown>, string]>([
  [{ port: 70000 }, "port: must be 1 to 65535"],
  [{ user: "a b" }, "user: must be a user name"],
  [{ connectTimeoutSeconds: 0 }, "connectTimeoutSeconds: must be above 0"],
  [{ proxyJump: { address: "b", port: 0 } }, "proxyJump.port: must be 1 to 65535"],
])("%j is refused", (args, problem) => {
  expect(problems({ address: "hv-a", ...args })).toEqual([problem]);
});

test("a host key that is neither a fingerprint nor a key is refused", () => {
  expect(problems({ address: "hv-a", hostKey: "MD5:aa:bb" })).toHaveLength(1);
});
