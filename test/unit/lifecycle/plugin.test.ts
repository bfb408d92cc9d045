/** What the plugin's shell does beyond what both shells do: names, secrets and references. */
import { z } from "zod";
import { connectionOf } from "../../../provider/host/host-word";
import { kindOf, type ResourceKind } from "../../../provider/lifecycle/kind";
import { makePlugin } from "../../../provider/lifecycle/plugin";
import { dynamicUrn, nameIn, pluginUrn, typeIn } from "../../../provider/lifecycle/urns";
import { kinds } from "../../../provider/resources/kinds";
import { silentOperation } from "../../silent-operation";

const unknownValue = "?";
const rows: (string | undefined)[] = [];
const newPlugin = (of: Readonly<Record<string, ResourceKind>> = kinds) =>
  makePlugin({
    kinds: of,
    operationFor: (_, row) => {
      rows.push(row);
      return silentOperation();
    },
    unknownValue,
    connectionOf,
    imported: () => Promise.reject(new Error("Nothing can be imported here.")),
  });
const urn = (type: string, name: string) => `urn:pulumi:dev::test::kvm:index:${type}::${name}`;
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});
const reference = (type: string, name: string) => ({
  "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e",
  urn: urn(type, name),
  id: "",
});
const xml = "<domain type='kvm'><name>web</name><memory>1048576</memory><os><type>hvm</type></os></domain>";

test("a name becomes the dynamic provider's and comes back, with those of its parents", () => {
  const nested = "urn:pulumi:dev::test::fleet:index:Rack$kvm:index:Host$kvm:index:NfsMount::a::b";
  const old =
    "urn:pulumi:dev::test::fleet:index:Rack$pulumi-nodejs:dynamic/kvm:Host$pulumi-nodejs:dynamic/kvm:NfsMount::a::b";
  expect(dynamicUrn(nested)).toBe(old);
  expect(pluginUrn(old)).toBe(nested);
  expect([typeIn(nested), typeIn(old), nameIn(nested)]).toEqual(["NfsMount", "NfsMount", "a::b"]);
});

test("a guest without a UUID gets the one that the dynamic provider gives it", async () => {
  const name = urn("Domain", "web");
  const { inputs } = await newPlugin().check(name, {}, { xml });
  const handlers = kinds.Domain.handlers({ operationFor: () => silentOperation(), unknownValue });
  const dynamic = await handlers.check(
    {},
    { xml, __urn: "urn:pulumi:dev::test::pulumi-nodejs:dynamic/kvm:Domain::web" },
  );
  expect(inputs.uuid).toBe((dynamic.inputs as { uuid: string }).uuid);
  expect(Object.keys(inputs).filter((key) => key.startsWith("__"))).toEqual([]);
});

test("messages are shown at the plugin's own resource", async () => {
  rows.length = 0;
  const plugin = newPlugin();
  const { inputs } = await plugin.check(urn("Domain", "web"), {}, { xml, cpu: "<cpu mode='host-model'/>" });
  await plugin.create(urn("Domain", "web"), inputs);
  expect(new Set(rows)).toEqual(new Set([urn("Domain", "web")]));
});

describe("secrets", () => {
  test("stay at the value that is one, and keys are secret whether they are marked or not", async () => {
    const plugin = newPlugin();
    const { inputs } = await plugin.check(
      urn("Host", "hv-a"),
      {},
      {
        address: secret("192.0.2.11"),
        privateKey: "KEY",
        proxyJump: { address: "192.0.2.1", privateKey: "OTHER" },
      },
    );
    expect(inputs).toEqual({
      address: secret("192.0.2.11"),
      privateKey: secret("KEY"),
      proxyJump: { address: "192.0.2.1", privateKey: secret("OTHER") },
    });
  });

  test("make a secret of what is derived from them, in inputs and outputs", async () => {
    const plugin = newPlugin();
    const { inputs } = await plugin.check(urn("Domain", "web"), {}, { xml: secret(xml) });
    expect(inputs.xml).toEqual(secret(xml));
    expect(inputs.definition).toEqual(secret(expect.stringContaining("<domain")));
    const { outs } = await plugin.create(urn("Domain", "web"), inputs);
    expect(outs.definition).toEqual(inputs.definition);
    expect(outs.name).toBe("web");
  });

  test("are sealed in what a failure has left", async () => {
    const schema = z.strictObject({ name: z.string(), token: z.string() });
    const kind = kindOf({
      schema,
      replaceOn: [],
      secrets: ["token"],
      id: ({ name }) => name,
      model: (args) => args,
      observe: async () => ({}),
      stateOf: (args, _, known) => ({ ...known, note: args.name }),
      reconcile: async () => Promise.reject(new Error("Half of it is done.")),
      remove: async () => {},
    });
    const plugin = newPlugin({ Thing: kind });
    const left = {
      id: "a",
      properties: { name: secret("a"), token: secret("KEY"), note: "a", pendingSteps: ["Half of it is done."] },
      reasons: ["Half of it is done."],
    };
    const news = { name: secret("a"), token: "KEY" };
    const uid = { __uid: expect.stringMatching(/^[0-9a-f]{16}$/) };
    const failure = { ...left, properties: { ...left.properties, ...uid } };
    await expect(plugin.create(urn("Thing", "a"), news)).rejects.toMatchObject(failure);
    await expect(plugin.update("a", urn("Thing", "a"), { name: "a" }, news)).rejects.toMatchObject(failure);
  });

  test("of an input that is refused are not told", async () => {
    const { failures = [] } = await newPlugin().check(urn("Domain", "web"), {}, { xml: secret("<domain PASSWORD>") });
    expect(failures).toHaveLength(1);
    expect(JSON.stringify(failures)).not.toContain("PASSWORD");
  });
});

describe("a resource as an input", () => {
  async function withHosts() {
    const plugin = newPlugin();
    await plugin.check(urn("Host", "hv-a"), {}, { address: "192.0.2.11", user: "admin", privateKey: "KEY" });
    await plugin.check(urn("Host", "hv-b"), {}, { address: "192.0.2.12", migrationAddress: "198.51.100.12" });
    await plugin.check(urn("Domain", "web"), {}, { xml });
    return plugin;
  }
  const hvA = { address: "192.0.2.11", user: "admin", privateKey: secret("KEY") };
  const [a, b] = [reference("Host", "hv-a"), reference("Host", "hv-b")];

  test("becomes what the place wants of it: a connection with its name, those of several, with limits or without, a name", async () => {
    const plugin = await withHosts();
    const mount = { host: a, source: "192.0.2.13:/srv", path: "/srv" };
    expect((await plugin.check(urn("NfsMount", "m"), {}, mount)).inputs.host).toEqual({ ...hvA, name: "hv-a" });
    const access = await plugin.check(urn("LibvirtSshAccess", "s"), {}, { hosts: [a, b] });
    expect(access.inputs.hosts).toEqual({ "hv-a": hvA, "hv-b": { address: "192.0.2.12" } });
    const firewall = await plugin.check(urn("MigrationFirewall", "f"), {}, { hosts: { one: a, two: b } });
    expect(firewall.inputs.hosts).toEqual({
      one: hvA,
      two: { address: "192.0.2.12", migrationAddress: "198.51.100.12" },
    });
    const guest = { host: b, candidates: [a, b], memoryMiB: 64 };
    expect((await plugin.check(urn("QemuGuest", "g"), {}, guest)).inputs).toMatchObject({ host: "hv-b", name: "g" });
  });

  test("a Domain is its UUID, its name and its definition; among other values they stand beside them", async () => {
    const plugin = await withHosts();
    const domain = reference("Domain", "web");
    const policy = { hosts: [a, b], guests: { web: { domain, memoryMiB: 64 } } };
    const { inputs, failures } = await plugin.check(urn("PlacementPolicy", "p"), {}, policy);
    expect(inputs.guests?.web ?? failures).toMatchObject({ name: "web", uuid: expect.any(String), memoryMiB: 64 });
  });

  test("may be a word, as ssh takes it", async () => {
    const plugin = await withHosts();
    const { inputs } = await plugin.check(urn("LibvirtSshAccess", "s"), {}, { hosts: [a, "root@hv-c:2222"] });
    expect(inputs.hosts).toEqual({ "hv-a": hvA, "hv-c:2222": { address: "hv-c", port: 2222, user: "root" } });
    const { failures } = await plugin.check(urn("NfsMount", "m"), {}, { host: "no host", source: "n:/s", path: "/s" });
    expect(failures).toEqual([{ property: "", reason: expect.stringMatching(/^host/) }]);
  });

  test("that is not known yet leaves the whole not known", async () => {
    const plugin = newPlugin();
    await plugin.check(urn("Host", "hv-a"), {}, { address: "?" });
    const mount = { host: a, source: "192.0.2.13:/srv", path: "/srv" };
    const { inputs, failures } = await plugin.check(urn("NfsMount", "m"), {}, mount);
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ host: { address: "?", name: "hv-a" }, location: "?" });
  });

  test("that this run has not checked is as it was, or refused where nobody knows it", async () => {
    const plugin = newPlugin();
    const mount = { host: a, source: "192.0.2.13:/srv", path: "/srv" };
    const { failures } = await plugin.check(urn("NfsMount", "m"), {}, mount);
    expect(failures).toEqual([{ property: "", reason: expect.stringMatching(/^host is the Host hv-a, of which/) }]);
    const olds = { ...mount, host: { name: "hv-a", address: "192.0.2.11" } };
    expect((await plugin.check(urn("NfsMount", "m"), olds, mount)).inputs.host).toEqual(olds.host);
    const other = { ...olds, host: { name: "hv-z", address: "192.0.2.19" } };
    expect((await plugin.check(urn("NfsMount", "m"), other, mount)).failures).toHaveLength(1);
  });
});

test("a state of the dynamic provider's is no change", async () => {
  const plugin = newPlugin();
  const name = urn("Domain", "web");
  const { inputs } = await plugin.check(name, {}, { xml });
  const marks = { __provider: "text", __urn: dynamicUrn(name), __secrets: ["xml"] };
  expect(await plugin.diff("id", name, { ...inputs, ...marks }, inputs)).toMatchObject({
    changes: false,
    replaces: [],
  });
});

test("a resource of a newer version is refused by its name", async () => {
  await expect(newPlugin().check(urn("Moon", "m"), {}, {})).rejects.toThrow(
    "kvm:index:Moon is no resource of this version",
  );
});
