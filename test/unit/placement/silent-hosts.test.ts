/** Hosts that are up while what manages the guest there says nothing. */
import { HostKeyRefused, HostUnreachable, LoginRefused } from "../../../provider/host/errors";
import { messageOf, Run } from "./harness";
import { MemoryHosts } from "./memory-hosts";
import { domain, mute, says } from "./world";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const off = (hostName: string, hasQemu: boolean | undefined) => {
  const hosts = new MemoryHosts({ a: undefined, b: undefined });
  hosts.world = hosts.world.map((one) => (one.hostName === hostName ? mute(hostName, hasQemu) : one));
  return hosts;
};

test.each([true, false])(
  "nothing is started elsewhere, fenced or not, and fenced is not proposed (QEMU there: %s)",
  async (hasQemu) => {
    for (const fenced of [[], ["a"]]) {
      const hosts = off("a", hasQemu);
      const error = messageOf(await new Run(hosts, { want: { fenced, isInState: false } }).up());
      expect(error).toContain("a is up, but its libvirt does not answer: failed to connect to the hypervisor");
      expect(error).toContain(hasQemu ? "A QEMU of the guest runs there." : "No QEMU of the guest runs there now.");
      expect(error).toContain("systemctl start libvirtd");
      expect(error).not.toContain("set fenced");
      if (fenced.length > 0) expect(error).toContain("Remove it from fenced: it is not off.");
      expect(hosts.commands).toEqual([]);
    }
  },
);

test("a daemon that is just being restarted is waited for", async () => {
  const hosts = off("a", true);
  hosts.at(12_000, () => hosts.set("a", domain("running (booted)")));
  expect(await new Run(hosts).up()).toMatchObject({ location: { hostName: "b" } });
  expect(hosts.commands).toEqual(["prepare", "perform", "confirm"]);
});

test.each([
  ["refuses the login", new LoginRefused("a", [])],
  ["shows another host key", new HostKeyRefused("a", "SHA256:x", "which is new", "Look.")],
  ["has closed the port", new HostUnreachable("a", "connect ECONNREFUSED", true)],
])("a host that %s is not off", async (_, error) => {
  const hosts = new MemoryHosts({ a: undefined, b: undefined });
  const run = new Run(hosts, { want: { fenced: ["a"], isInState: false } });
  const { observe } = run.placement.driver;
  run.placement.driver.observe = async (host, signal) => {
    if (host.label === "a") throw error;
    return observe(host, signal);
  };
  expect(messageOf(await run.up())).toMatch(/a is up, but.*Whether a QEMU of the guest runs there is unknown\./s);
  expect(hosts.commands).toEqual([]);
});

test("one that does not even answer a plain command is unreachable", async () => {
  const hosts = off("a", undefined);
  const error = messageOf(await new Run(hosts).up());
  expect(error).toContain('set fenced: ["a"]');
  expect(error).not.toContain("is up");
});

test("all candidates at once are never proposed for fenced", async () => {
  const hosts = new MemoryHosts({ a: undefined, b: undefined });
  hosts.world = ["a", "b"].map((name) => says(name, "no route to host"));
  const error = messageOf(await new Run(hosts).up());
  expect(error).toContain("the network between here and them is the first thing to look at");
  expect(error).not.toContain("set fenced");
});
