import { makeHandlers } from "../../../provider/lifecycle/handlers";
import { qemuGuest } from "../../../provider/resources/qemu-guest/definition";
import { silentOperation } from "../../silent-operation";

/** Pulumi's own. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const handlers = makeHandlers(qemuGuest, { operationFor: () => silentOperation(), unknownValue: unknown });

const good = {
  host: "hv-a",
  candidates: { "hv-a": { address: "10.0.0.1" }, "hv-b": { address: "10.0.0.2" } },
  name: "web",
  memoryMiB: 64,
};
const { memoryMiB: _, ...bare } = good;
const urn = "urn:pulumi:prod::site::pulumi-nodejs:dynamic:Resource::web";
type Args = Record<string, unknown>;

const check = (args: Args, olds: Args = {}) => handlers.check(olds, { __provider: "text", __urn: urn, ...args });
const checked = async (args: Args): Promise<Args> => {
  const { inputs, failures } = await check(args);
  expect(failures).toEqual([]);
  return inputs;
};
const problems = async (args: Args, olds?: Args): Promise<string[]> =>
  ((await check(args, olds)).failures ?? []).map(({ property, reason }) => `${property}: ${reason}`);

test("defaults are written out, also those within migration", async () => {
  expect(await checked(good)).toEqual({
    ...{ __provider: "text", __urn: urn },
    ...good,
    emulator: "qemu-system-x86_64",
    onDelete: "shutdown",
    shutdownTimeoutSeconds: 120,
    fenced: [],
    migration: {
      tls: true,
      tlsCredsDir: "/etc/pki/qemu",
      onTimeout: "abort",
      ports: { min: 49152, max: 49215 },
    },
    uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    commandLine: ["-nodefaults", "-no-user-config", "-accel", "kvm", "-m", "64"],
  });
  expect(await checked({ ...good, migration: { tls: false } })).toMatchObject({
    migration: { tls: false, tlsCredsDir: "/etc/pki/qemu", onTimeout: "abort" },
  });
});

test("a command line as a whole is the command line", async () => {
  const words = ["-enable-kvm", "-m", "2048", "-hda", "/home/cliu8/migrate/ubuntutest.img", "-vnc", ":19"];
  expect(await checked({ ...bare, arguments: words })).toMatchObject({ commandLine: words });
});

test("the identity stays the same for one URN, and is each one's own", async () => {
  const { uuid } = await checked(good);
  expect((await checked({ ...good, memoryMiB: 128, name: "www", host: "hv-b" })).uuid).toBe(uuid);
  expect((await checked({ ...good, __urn: `${urn}2` })).uuid).not.toBe(uuid);
  // As long as there are guests that have it, it must not become another.
  expect(uuid).toBe("b95ac751-4cb6-8ec0-8ec6-fd2ea15672bf");
});

test("cards have addresses by the identity", async () => {
  const netdevs = [{ type: "user" }];
  const macs = async (more: Args) =>
    String((await checked({ ...good, netdevs, ...more })).commandLine).match(/52:54:00:\S+/)?.[0];
  expect(await macs({})).toBe(await macs({ memoryMiB: 128 }));
  expect(await macs({})).not.toBe(await macs({ __urn: `${urn}2` }));
});

test("a UUID that is given counts, in small letters", async () => {
  const uuid = "0F0806AB-531D-6134-5DEF-C5B495529284";
  expect((await checked({ ...good, uuid })).uuid).toBe(uuid.toLowerCase());
});

test.each<[Args, string]>([
  [{ host: "hv-c" }, 'host: "hv-c" must be one of the candidates (hv-a, hv-b): add the Host to them'],
  [
    { fenced: ["hv-a"] },
    "fenced: its value must not have hv-a, where the guest should be: set host to another candidate",
  ],
  [{ fenced: ["hv-c"] }, "fenced: its value must be names of candidates (hv-a, hv-b), and hv-c is not"],
  [
    { candidates: { "hv-a": { address: "10.0.0.1" }, alias: { address: "10.0.0.1" } } },
    "candidates: its value must be different machines, and hv-a and alias are both 10.0.0.1: leave one out",
  ],
  [{ uuid: "web" }, 'uuid: "web" must be a UUID'],
  [
    { name: "-uuid" },
    'name: "-uuid" must have 1 to 64 letters, digits and . _ + -, and begin with a letter or a digit',
  ],
  [
    { name: "web,debug-threads=on" },
    'name: "web,debug-threads=on" must have 1 to 64 letters, digits and . _ + -, and begin with a letter or a digit',
  ],
  [
    { emulator: "qemu; id" },
    'emulator: "qemu; id" must be the name of a program, e.g. qemu-system-x86_64, or its path',
  ],
  [{ user: "64055:106" }, 'user: "64055:106" must be a user name'],
  [{ colour: "blue" }, 'colour: "blue" is not a property of this resource'],
  [
    { arguments: ["-m", "64"], smp: 2 },
    "arguments: its value is the whole command line, so memoryMiB, smp cannot be set as well: use one or the other",
  ],
  [
    { drives: [{ file: "/a" }, { file: "b.img" }] },
    'drives.1.file: "b.img" must be an absolute path: QEMU runs in / on each host',
  ],
  [{ drives: [{ file: "/a", format: "vmdk" }] }, 'drives.0.format: "vmdk" must be "qcow2" or "raw"'],
  [
    { netdevs: [{ type: "user", mac: "52:54" }] },
    'netdevs.0.mac: "52:54" must be a MAC address, e.g. 52:54:00:12:34:56',
  ],
  [{ onDelete: "delete" }, 'onDelete: "delete" must be "shutdown", "destroy" or "keep"'],
  [
    { migration: { ports: { min: 49215, max: 49152 } } },
    "migration.ports: its value must begin below its end, and 49215 is above 49152",
  ],
  [{ migration: { ports: { min: 80, max: 49152 } } }, "migration.ports.min: 80 must be 1024 or more"],
  [
    { migration: { onTimeout: "suspend" } },
    'migration.onTimeout: "suspend" needs timeoutSeconds: without it nothing times out',
  ],
  [
    { migration: { onTimeout: "post-copy", timeoutSeconds: 60 } },
    'migration.onTimeout: "post-copy" needs postCopy to be set, too',
  ],
  [{ migration: { maxDowntime: 5 } }, "migration.maxDowntime: 5 is not a property of this resource"],
])("%j is refused", async (args, problem) => {
  expect(await problems({ ...good, ...args })).toEqual([problem]);
});

test("without a command line there is no guest", async () => {
  expect(await problems(bare)).toEqual([
    "memoryMiB: is missing: a guest needs a command line: set memoryMiB and what else it has, or arguments",
  ]);
});

test("options that are the provider's own are named, with the reason", async () => {
  const words = ["-incoming", "defer", "-daemonize", "-uuid", "x", "-hda", "web.img", "-snapshot"];
  const said = [
    expect.stringMatching(/^arguments: its value cannot be used: -incoming: the provider adds it/),
    expect.stringMatching(/^arguments: its value cannot be used: -daemonize: /),
    expect.stringMatching(/^arguments: its value cannot be used: -uuid: .* set uuid instead/),
    expect.stringMatching(/^arguments: its value cannot be used: -snapshot: /),
    expect.stringMatching(/^arguments: its value cannot be used: -hda: .* web\.img is a relative path/),
  ];
  expect(await problems({ ...bare, arguments: words })).toEqual(said);
  expect(await problems({ ...good, extraArguments: ["-S"] })).toEqual([
    expect.stringMatching(/^extraArguments: its value cannot be used: -S: /),
  ]);
});

test("all problems come at once", async () => {
  const args = {
    ...{ host: "hv-c", name: "a b", uuid: "1", arguments: ["-S"], smp: 2, colour: "blue", fenced: ["hv-d"] },
    migration: { ports: { min: 2000, max: 1999 }, onTimeout: "suspend" },
  };
  const found = (await problems({ ...bare, ...args })).map((problem) => problem.replace(/:.*/, ""));
  expect(found.sort()).toEqual([
    ...["arguments", "arguments", "colour", "fenced", "host"],
    ...["migration.onTimeout", "migration.ports", "name", "uuid"],
  ]);
});

test.each<Args>([
  { memoryMiB: unknown },
  { drives: unknown },
  { drives: [{ file: "/a", format: unknown }] },
  { extraArguments: ["-cpu", unknown] },
  { candidates: { ...good.candidates, "hv-b": { address: unknown } } },
  { user: unknown, migration: { tlsCredsDir: unknown } },
  { drives: [{ file: unknown }] },
  { extraArguments: ["-kernel", unknown] },
  { fenced: [unknown] },
])("what is not known yet is not complained of, and what follows from it is not known either: %j", async (args) => {
  expect(await checked({ ...good, ...args })).toMatchObject({ ...args, uuid: unknown, commandLine: unknown });
});

test("no message shows a secret", async () => {
  const secret = "-----BEGIN OPENSSH PRIVATE KEY-----";
  const candidates = {
    "hv-a": { address: "10.0.0.1", privateKey: [secret], passphrase: { secret }, proxyJump: { privateKey: 7351 } },
    "hv-b": { address: "10.0.0.1", privateKey: secret, passphrase: 7351 },
  };
  const said = await problems({ ...good, candidates });
  expect(said).toEqual(
    expect.arrayContaining([expect.stringMatching(/^candidates\.hv-a\.privateKey: its value must/)]),
  );
  expect(said.join("\n")).not.toMatch(/BEGIN|7351/);
});

test("nothing ever replaces a guest, and another guest is refused", async () => {
  expect(qemuGuest.replaceOn).toEqual([]);
  const olds = await checked({ ...good, uuid: "0f0806ab-531d-6134-5def-c5b495529284" });
  expect(await problems({ ...olds, memoryMiB: 128, host: "hv-b" }, olds)).toEqual([]);
  expect(await problems({ ...olds, uuid: "11111111-2222-4333-8444-555555555555" }, olds)).toEqual([
    expect.stringMatching(/^uuid: 11111111-\S+ is a different guest from the one that is here \(0f0806ab-/),
  ]);
});

test("secrets are marked as the connection's", () => {
  expect(qemuGuest.secrets).toEqual(["privateKey", "passphrase"]);
});
