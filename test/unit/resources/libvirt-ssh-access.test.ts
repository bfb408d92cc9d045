import { libvirtSshAccess } from "../../../provider/resources/libvirt-ssh-access/definition";

const two = { a: { address: "10.0.0.1" }, b: { address: "10.0.0.2" } };
const problems = (args: Record<string, unknown>) =>
  (libvirtSshAccess.schema.safeParse({ hosts: two, ...args }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );

test("defaults", () => {
  expect(libvirtSshAccess.schema.parse({ hosts: two })).toEqual({ hosts: two, user: "root" });
});

test.each<[Record<string, unknown>, string]>([
  [{ hosts: { a: two.a } }, "hosts: must have at least two Hosts"],
  [{ hosts: { a: two.a, b: two.a } }, "hosts: must not name an address twice"],
  [{ user: "admin" }, "user: must be root: no other account's files are written"],
])("%j is refused", (args, problem) => {
  expect(problems(args)).toEqual([problem]);
});

test("two resources are told apart, whatever hosts they have", () => {
  const args = libvirtSshAccess.schema.parse({ hosts: two });
  const [one, other] = ["urn:1", "urn:2"].map((urn) => libvirtSshAccess.derived?.from(args, urn).accessId ?? "");
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  expect(other).not.toBe(one);
  expect(libvirtSshAccess.id({ ...args, accessId: one })).toBe(one);
});
