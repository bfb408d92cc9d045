/** What would make a later step fail is found before the guest is touched. */
import { messageOf, Run } from "./harness";
import { MemoryHosts } from "./memory-hosts";
import { domain } from "./world";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe.each([
  ["a snapshot", { snapshots: 1 }, /has 1 snapshot of web, .*virsh snapshot-delete/, "snapshot-exists"],
  ["checkpoints", { checkpoints: 2 }, /has 2 checkpoints of web, .*virsh checkpoint-delete/, "checkpoint-exists"],
])("%s", (_, kept, words, code) => {
  test("the guest is not shut down for a destroy that would fail", async () => {
    for (const onDelete of ["shutdown", "destroy"] as const) {
      const hosts = new MemoryHosts({ a: undefined, b: domain("running (booted)", kept) });
      const error = messageOf(await new Run(hosts).remove(onDelete));
      expect(error).toMatch(words);
      expect(error).toContain("so web is left as it is");
      expect(hosts.commands).toEqual([]);
    }
  });

  test("it is not moved, on or off", async () => {
    for (const state of ["running (booted)", "shut off (shutdown)"]) {
      const hosts = new MemoryHosts({ a: domain(state, kept), b: undefined });
      const error = messageOf(await new Run(hosts).up());
      expect(error).toMatch(words);
      if (state.startsWith("running")) expect(error).toContain(`[${code}]`);
      expect(hosts.commands).toEqual([]);
    }
  });

  test("where nothing is taken away it is no hindrance", async () => {
    const hosts = new MemoryHosts({ a: undefined, b: domain("shut off (shutdown)", kept) });
    expect(await new Run(hosts).up()).toMatchObject({ location: { hostName: "b" } });
    expect(hosts.commands).toEqual(["start on b"]);
  });
});

test("a saved memory image is not lost by a destroy either", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: domain("shut off (saved)", { managedSave: true }) });
  expect(messageOf(await new Run(hosts).remove("shutdown"))).toContain("virsh managedsave-remove");
  expect(hosts.commands).toEqual([]);
});

test.each(["running (booted)", "shut off (shutdown)"])(
  "another name for a domain that is %s is refused, with the way",
  async (state) => {
    const hosts = new MemoryHosts({ a: undefined, b: domain(state, { name: "old name", mark: "older" }) });
    const error = messageOf(await new Run(hosts).up());
    expect(error).toContain("virsh domrename 'old name' web");
    expect(hosts.commands).toEqual([]);
  },
);

test("a guest that is paused does not hear the power button: that is said", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: domain("paused (user)") });
  const run = new Run(hosts, { circumstances: { ignoresButton: 1000 } });
  expect(messageOf(await run.remove("shutdown"))).toMatch(
    /still runs after 120 s .*It is paused \(user\), so it does not hear the power button\. Resume it \(virsh resume/s,
  );
});
