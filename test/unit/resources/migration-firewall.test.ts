import { migrationFirewall } from "../../../provider/resources/migration-firewall/definition";

const two = { a: { address: "10.0.0.1" }, b: { address: "10.0.0.2" } };
const problems = (args: Record<string, unknown>) =>
  (migrationFirewall.schema.safeParse({ hosts: two, ...args }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );

test("defaults: one move with all defaults", () =>
  expect(migrationFirewall.schema.parse({ hosts: two })).toMatchObject({
    hosts: two,
    peers: {},
    migrations: [{ uri: "qemu+tls", data: "tls" }],
    ports: [],
  }));

test.each<[Record<string, unknown>, string[]]>([
  [{ hosts: { a: two.a } }, ["hosts: must have a second Host, here or in peers: nobody else is let in"]],
  [{ hosts: { a: two.a }, peers: { b: two.b } }, []],
  [{ hosts: {}, peers: two }, ["hosts: must have a Host"]],
  [{ peers: { b: two.b } }, ["peers: must not have b, which hosts has: leave it out"]],
  [{ peers: { c: two.b } }, ["hosts: must not name an address twice, nor one of peers"]],
  [{ migrations: [] }, ["migrations: must not be empty unless ports has a range: no port would be open"]],
  [{ migrations: [], ports: [{ min: 5000, max: 5010 }] }, []],
  [{ ports: [{ min: 10, max: 5 }] }, ["ports.0: must begin below its end: min is above max"]],
  [{ ports: [{ min: 0, max: 65_536 }] }, ["ports.0.min: must be 1 or more", "ports.0.max: must be 65535 at most"]],
  [{ migrations: [{ data: "plane" }] }, ['migrations.0.data: must be "tls", "plain" or "tunnelled"']],
])("%j: %j", (args, expected) => expect(problems(args)).toEqual(expected));

test("two resources are told apart, whatever hosts they have", () => {
  const args = migrationFirewall.schema.parse({ hosts: two });
  const [one, other] = ["urn:1", "urn:2"].map((urn) => migrationFirewall.derived?.from(args, urn).firewallId ?? "");
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  expect(other).not.toBe(one);
});
