/** A guest that passes from one resource to another, and one that others own. */
import { messageOf, Run } from "./harness";
import { MemoryHosts } from "./memory-hosts";
import { domain, owners } from "./world";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const guestOf = (owner: keyof typeof owners | undefined) =>
  domain("running (booted)", { owner: owner && owners[owner] } as never);
const create = { isInState: false };

test.each(["sameStack", "replaced"] as const)(
  "a create takes over what %s had, and nothing else is done",
  async (who) => {
    const hosts = new MemoryHosts({ a: undefined, b: guestOf(who) });
    expect(await new Run(hosts, { want: create }).up()).toMatchObject({ location: { hostName: "b" } });
    expect(hosts.commands).toEqual(["set owner on b"]);
    expect(hosts.on("b")?.owner).toEqual(owners.self);
  },
);

test.each(["sameStack", "replaced", "otherStack"] as const)("a delete forgets what is %s by now", async (who) => {
  for (const onDelete of ["shutdown", "destroy"] as const) {
    const hosts = new MemoryHosts({ a: undefined, b: guestOf(who) });
    const run = new Run(hosts);
    await run.remove(onDelete);
    expect(hosts.commands).toEqual([]);
    expect(run.info.join()).toMatch(/^web on b stays: .*It is only removed from the state\.$/);
  }
});

test("a delete takes away what an earlier version has made", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: guestOf(undefined) });
  await new Run(hosts).remove("destroy");
  expect(hosts.whereabouts).toBe("nowhere");
});

test("another stack's guest is refused before anything is touched, also where only its definition is left", async () => {
  const left = domain("shut off (shutdown)", { owner: owners.otherStack });
  for (const world of [
    { a: undefined, b: guestOf("otherStack") },
    { a: guestOf("otherStack"), b: undefined },
    { a: left, b: guestOf("self") },
  ])
    for (const isInState of [true, false]) {
      const hosts = new MemoryHosts(world);
      expect(messageOf(await new Run(hosts, { want: { isInState } }).up())).toContain('of the stack "prod"');
      expect(hosts.commands).toEqual([]);
    }
});

test("adopt takes it over as it is", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: guestOf("otherStack") });
  await new Run(hosts, { want: { ...create, adopt: true } }).up();
  expect(hosts.commands).toEqual(["set owner on b"]);
});

test("the first update notes the owner of what an earlier version has made; a create leaves that alone", async () => {
  const world = { a: undefined, b: guestOf(undefined) };
  const hosts = new MemoryHosts(world);
  await new Run(hosts).up();
  expect(hosts.commands).toEqual(["set owner on b"]);
  const others = new MemoryHosts(world);
  expect(messageOf(await new Run(others, { want: create }).up())).toContain("did not note whose it is");
  expect(others.commands).toEqual([]);
});

test("one that passes over is moved with its new owner", async () => {
  const hosts = new MemoryHosts({ a: guestOf("sameStack"), b: undefined });
  await new Run(hosts, { want: create }).up();
  expect(hosts.commands).toEqual(["set owner on a", "prepare", "perform", "confirm"]);
  expect(hosts.on("b")?.owner).toEqual(owners.self);
});

test("a definition that is written has its owner: nothing more is noted", async () => {
  const hosts = new MemoryHosts({
    a: undefined,
    b: domain("running (booted)", { owner: owners.sameStack, mark: "older" }),
  });
  await new Run(hosts, { want: create }).up();
  expect(hosts.commands).toEqual(["define on b"]);
  expect(hosts.on("b")?.owner).toEqual(owners.self);
});

test("whose it is is drift when it is another's", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: guestOf("otherStack") });
  const run = new Run(hosts);
  expect(run.stateOf(await run.look())?.drift).toEqual([
    'web on b belongs to the DomainPlacement "web" of the stack "prod" (project "lab")',
  ]);
});
