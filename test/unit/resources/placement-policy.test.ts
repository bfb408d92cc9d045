import { placementPolicy } from "../../../provider/resources/placement-policy/definition";
import { PlacementPolicy } from "../../../provider/resources/placement-policy/resource";
import { oneOfEach } from "../../one-of-each";

const hosts = { "hv-a": { address: "10.77.0.11" }, "hv-b": { address: "10.77.0.12" } };
const guest = (uuid: string, more: object = {}) => ({
  uuid,
  name: uuid,
  definition: "<domain><name>x</name><memory unit='GiB'>2</memory></domain>",
  ...more,
});
const guests = { web: guest("u"), db: guest("v") };

const problems = (args: Record<string, unknown>) => {
  const { error } = placementPolicy.schema.safeParse({ hosts, guests, ...args });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
};

test.each<[Record<string, unknown>, string[]]>([
  [{}, []],
  [{ maintenance: ["hv-a"], reserveMiB: { "hv-a": 4096 }, whenBack: "stay" }, []],
  [{ rules: [{ apart: ["web", "db"] }, { guests: ["web"], notOn: ["hv-a"], strict: false }] }, []],
  [{ hosts: {} }, ["hosts: must have a host"]],
  [
    { hosts: { ...hosts, twin: { address: "10.77.0.11" } } },
    ["hosts: must be different machines, and hv-a and twin are both 10.77.0.11: leave one out"],
  ],
  [
    { maintenance: ["hv-c", "hv-a", "hv-a"], reserveMiB: { "hv-d": 1 } },
    [
      "maintenance.0: is none of the hosts: hv-a, hv-b",
      "maintenance.2: is named twice",
      "reserveMiB.hv-d: is for none of the hosts: hv-a, hv-b",
    ],
  ],
  [{ reserveMiB: { "hv-a": -1 } }, ["reserveMiB.hv-a: must be 0 or more"]],
  [
    { rules: [{ apart: ["web", "mail"] }, { guests: ["web"], on: ["hv-c"] }] },
    ["rules.0.apart.1: is none of the guests: web, db", "rules.1.on.0: is none of the hosts: hv-a, hv-b"],
  ],
  [{ rules: [{ apart: ["web"] }] }, ["rules.0.apart: must name two guests or more"]],
  [{ rules: [{}] }, ["rules.0: must have one of apart, together, on and notOn"]],
  [{ rules: [{ apart: ["web", "db"], on: ["hv-a"] }] }, ["rules.0: must have one of apart, together, on and notOn"]],
  [{ rules: [{ on: ["hv-a"] }] }, ["rules.0.guests: must name the guests that the rule is for"]],
  [
    { rules: [{ apart: ["web", "db"], guests: ["web"] }] },
    ["rules.0.guests: must not be beside apart or together, which name the guests"],
  ],
  [
    { guests: { web: guest("u", { home: "hv-c" }), db: guest("u") } },
    ["guests.web.home: is none of the hosts: hv-a, hv-b", "guests.db: is the domain that web is, too"],
  ],
  [
    { guests: { web: guest("u", { definition: "<domain><name>x</name></domain>", inMaintenance: "stay" }) } },
    ["guests.web.definition: must have a <memory>, so that room can be found for it"],
  ],
  [
    { guests: { web: guest("u", { inMaintenance: "stop" }) } },
    ['guests.web.inMaintenance: must be "migrate", "shutdown" or "stay"'],
  ],
  [{ whenBack: "no" }, ['whenBack: must be "return" or "stay"']],
])("%j", (args, expected) => {
  expect(problems(args)).toEqual(expected);
});

test("a guest that the policy does not have has no host", async () => {
  const { resources } = await oneOfEach();
  const policy = resources.PlacementPolicy;
  expect(policy).toBeInstanceOf(PlacementPolicy);
  const message = 'The PlacementPolicy has no guest "mail". Its guests: web.';
  expect(() => policy.hostOf("mail")).toThrow(message);
  expect(() => policy.powerStateOf("mail")).toThrow(message);
});
