/** A guest whose source waits for the end of its move is not resumed where it may have run elsewhere since. */
import type { Ages } from "../../../provider/placement/observe/observation";
import { whyItMayHaveRun } from "../../../provider/placement/observe/ran-since";
import { Run } from "./harness";
import type { Circumstances } from "./memory-driver";
import { MemoryHosts } from "./memory-hosts";
import { domain, uuid } from "./world";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const off = domain("shut off (crashed)");

function run(ages: NonNullable<Circumstances["ages"]>, there = undefined as typeof off | string | undefined) {
  const hosts = new MemoryHosts({ a: domain("paused (migrating)"), b: undefined });
  hosts.set("b", there);
  return {
    hosts,
    run: new Run(hosts, { circumstances: { ages }, want: { fenced: ["b"].slice(typeof there === "string" ? 0 : 1) } }),
  };
}

test.each<[string, Ages, RegExp | undefined]>([
  ["it has been up all the time", { upForSeconds: 61 }, undefined],
  ["it was booted", { upForSeconds: 59 }, /^has booted since the move began/],
  ["it does not say", { upForSeconds: undefined }, /^does not say/],
  ["it had a definition before", { upForSeconds: 3600, definedForSeconds: 61 }, undefined],
  ["it has one since", { upForSeconds: 3600, definedForSeconds: 0 }, /^has its definition since the move/],
])("a host where %s", (_, ages, expected) => {
  if (expected === undefined) expect(whyItMayHaveRun(60, ages)).toBeUndefined();
  else expect(whyItMayHaveRun(60, ages)).toMatch(expected);
});

test("where nothing is younger than the move, the guest is resumed, and then moved", async () => {
  const { hosts, run: user } = run({ b: { definedForSeconds: 3600 } });
  await user.up();
  expect(hosts.commands.slice(0, 1)).toEqual(["roll back on a"]);
  expect(hosts.whereabouts).toBe("running (migrated) on b");
});

test.each<[string, Record<string, Partial<Ages>>, typeof off | string | undefined, string]>([
  ["booted since", { b: { upForSeconds: 20 } }, undefined, "b has booted since the move began"],
  ["defined since", { b: { definedForSeconds: 20 } }, off, "b has its definition since the move"],
  ["fenced", {}, "no route to host", "b is off, so that it cannot say what ran there"],
])(
  "where the other host is %s, nothing is done, and the operator is told of both ways",
  async (_, ages, there, why) => {
    const { hosts, run: user } = run(ages, there);
    for (const said of [
      await user.look(),
      await user.up(),
      await user.remove("shutdown"),
      await user.remove("destroy"),
    ]) {
      const { message } = said as Error;
      expect(message).toContain(why);
      expect(message).toContain(
        `  to start it anew from its disks: on a: virsh destroy ${uuid}; then \`pulumi up --refresh\` starts it`,
      );
      expect(message).toContain(`run nowhere since: on a: virsh resume ${uuid}`);
    }
    expect(hosts.commands).toEqual([]);
  },
);
