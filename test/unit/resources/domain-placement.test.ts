import { domainPlacement } from "../../../provider/resources/domain-placement/definition";

const good = {
  domain: { uuid: "u", name: "n", definition: "<domain/>" },
  host: "hv-a",
  candidates: { "hv-a": { address: "10.0.0.1" }, "hv-b": { address: "10.0.0.2" } },
};
const problems = (args: Record<string, unknown>) => {
  const { error } = domainPlacement.schema.safeParse({ ...good, ...args });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
};

test("safe defaults", () => {
  expect(domainPlacement.schema.parse(good)).toMatchObject({
    powerState: "running",
    autostart: false,
    onDelete: "shutdown",
    shutdownTimeoutSeconds: 120,
    adopt: false,
    fenced: [],
    migration: {},
  });
});

test.each<[Record<string, unknown>, string]>([
  [{ host: "hv-c" }, "host: must be one of the candidates (hv-a, hv-b): add the Host to them"],
  [
    { candidates: { "hv-a": { address: "10.0.0.1" }, alias: { address: "10.0.0.1" } } },
    "candidates: must be different machines, and hv-a and alias are both 10.0.0.1: leave one out",
  ],
  [{ onDelete: "delete" }, 'onDelete: must be "shutdown", "destroy" or "keep"'],
  [{ fenced: ["hv-c"] }, "fenced: must be names of candidates (hv-a, hv-b), and hv-c is not"],
  [{ fenced: ["hv-a"] }, "fenced: must not have hv-a, where the guest should be: set host to another candidate"],
  [{ powerState: "off" }, 'powerState: must be "running" or "shut off"'],
  [{ shutdownTimeoutSeconds: 0 }, "shutdownTimeoutSeconds: must be above 0"],
  [{ migration: { bandwidthMiBps: 0.5 } }, "migration.bandwidthMiBps: must be a whole number of MiB/s"],
  [
    { candidates: { "hv-a": { address: "$(id)" } } },
    "candidates.hv-a.address: must be a host name or an IP address, without user, port or brackets",
  ],
  [{ host: undefined }, "host: must be text: the name of a Host"],
  [{ host: undefined, anyOf: { hosts: [] } }, "anyOf.hosts: must have a Host"],
  [
    { host: undefined, anyOf: { hosts: ["hv-a", "hv-c"] } },
    "anyOf.hosts.1: must be one of the candidates (hv-a, hv-b): add the Host to them",
  ],
  [{ host: undefined, anyOf: { hosts: ["hv-a"], prefer: "hv-b" } }, "anyOf.prefer: must be one of its hosts (hv-a)"],
  [
    { host: undefined, anyOf: { hosts: ["hv-a"] }, fenced: ["hv-a"] },
    "anyOf.hosts: must have a host that is not in fenced: the guest has to be somewhere",
  ],
])("%j is refused", (args, problem) => {
  expect(problems(args)).toEqual([problem]);
});

test("nothing ever replaces a guest, and another guest is refused", () => {
  expect(domainPlacement.replaceOn).toEqual([]);
  const olds = domainPlacement.schema.parse(good);
  const news = { ...olds, domain: { ...olds.domain, uuid: "v" } };
  expect(domainPlacement.objections?.(olds, olds)).toEqual([]);
  expect(domainPlacement.objections?.(olds, news)).toEqual([
    {
      property: "domain.uuid",
      reason: expect.stringMatching(/^v is a different guest from the one placed here \(u\)/),
    },
  ]);
});
