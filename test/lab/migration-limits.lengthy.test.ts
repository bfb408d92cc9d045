import { guests } from "../../lab/guest/build";
import { PlacedGuest } from "./placed-guest";
import { prepareHypervisors, removeGuest, runningLab, waitDuring } from "./support";

const { lab, hvA, hvB } = runningLab();
const guest = new PlacedGuest("busy", guests.busy);
const slow = { bandwidthMiBps: 4 };

beforeAll(async () => {
  await prepareHypervisors();
  await guest.furnish();
  await guest.up("hv-a");
});
afterAll(() => removeGuest(guest.guest.name));

test("bandwidthMiBps is kept to; passes that do not get shorter make the downtime limit rise, up to maxDowntimeMs", async () => {
  await guest.up("hv-b", { ...slow, maxDowntimeMs: 60_000, autoConverge: false });
  expect(guest.told).toMatch(/the migration does not converge: allowing a downtime of \d+ ms/);
  const rates = [...guest.told.matchAll(/([\d.]+) MiB\/s,/g)].map(([, rate]) => Number(rate));
  expect(Math.max(...rates)).toBeLessThan(4.6);
  expect(Math.max(...rates)).toBeGreaterThan(2);
  expect(guest.lastMigration?.downtimeMs).toBeGreaterThan(300);
  await guest.expectOn("hv-b");
});

test("a move that would never end is given up, with the numbers; the guest stays", async () => {
  const failure = guest.up("hv-a", { ...slow, autoConverge: false });
  await expect(failure).rejects.toThrow(
    /busy was not moved from hv-b to hv-a\. It is running on hv-b\.\nIt would never have converged: the guest dirties [\d.]+ MiB\/s of memory, [\d.]+ MiB\/s are sent, and [\d.]+ MiB remain at each pass\. Any of these would have let it finish: a maxDowntimeMs of \d+ \(now 300\), or more than/,
  );
  await guest.expectOn("hv-b");
});

test("Ctrl-C in the middle aborts it, and confirms where the guest is", async () => {
  const { from, to } = guest.nextMove();
  const moving = guest.up(to, slow);
  await waitDuring(moving, () => expect(guest.told).toMatch(/MiB sent/));
  guest.placement.cancel();
  await expect(moving).rejects.toThrow(
    `busy was not moved from ${from} to ${to}. It is running on ${from}.\nCancelled.`,
  );
  await guest.expectOn(from);
});

test("left to itself, it is tried again with auto-converge; Ctrl-C ends that too", async () => {
  const moving = guest.up("hv-a", slow);
  const throttled = /trying again with auto-converge.*guest throttled by \d\d %/s;
  await waitDuring(moving, () => expect(guest.told).toMatch(throttled));
  guest.placement.cancel();
  await expect(moving).rejects.toThrow("busy was not moved from hv-b to hv-a. It is running on hv-b.\nCancelled.");
  await guest.expectOn("hv-b");
});

test("throttled enough, it arrives", async () => {
  await guest.up("hv-a", { ...slow, maxDowntimeMs: 2000, autoConverge: { initialPercent: 99 } });
  expect(guest.told).toMatch(/guest throttled by 99 %/);
  await guest.expectOn("hv-a");
});

test("a move waits while runs of other stacks have all places of a host", async () => {
  const { to } = guest.nextMove();
  const { stdout } = await lab.host(to).script(
    `mkdir -p -m 700 /run/pulumi-kvm-live; cd /run/pulumi-kvm-live
     for lock in incoming-migration.lock incoming-migration-2.lock; do
       echo 'bert@home[7]' > "$lock"
       flock --no-fork "$lock" sleep 600 > /dev/null 2>&1 < /dev/null & echo $!
     done`,
  );
  const [first = "", ...others] = stdout.trim().split("\n");
  const moving = guest.up(to);
  const waits = /waiting for other migrations of these hosts, one of them by bert@home\[7\]/;
  await waitDuring(moving, () => expect(guest.told).toMatch(waits));
  await lab.host(to).exec(["kill", first]);
  await moving;
  expect(guest.told).toMatch(waits);
  await guest.expectOn(to);
  await lab.host(to).exec(["kill", ...others]);
});

test("timeoutSeconds with abort leaves the guest on the source", async () => {
  const { from, to } = guest.nextMove();
  await expect(guest.up(to, { ...slow, bandwidthMiBps: 1, timeoutSeconds: 3 })).rejects.toThrow(
    /Given up after 3 s \(timeoutSeconds\)/,
  );
  await guest.expectOn(from);
});

test("timeoutSeconds with suspend holds it still until it has arrived", async () => {
  const { to } = guest.nextMove();
  await guest.up(to, { ...slow, timeoutSeconds: 3, onTimeout: "suspend" });
  expect(guest.told).toMatch(/3 s \(timeoutSeconds\) are over: holding the guest still for the rest/);
  await guest.expectOn(to);
});

test("post-copy is refused before anything moves where QEMU may not use userfaultfd", async () => {
  const { from, to } = guest.nextMove();
  await expect(guest.up(to, { postCopy: {} })).rejects.toThrow(
    /migration\.postCopy needs userfaultfd on the destination, and on hv-.* only root may use it.*vm\.unprivileged_userfaultfd/,
  );
  expect(guest.told).toBe("");
  await guest.expectOn(from);
});

describe("where it may", () => {
  const sysctl = (value: 0 | 1) =>
    Promise.all([hvA, hvB].map((host) => host.exec(["sysctl", `vm.unprivileged_userfaultfd=${value}`])));
  beforeAll(() => sysctl(1));
  afterAll(() => sysctl(0));

  const whens: [string, Parameters<typeof guest.up>[1], RegExp][] = [
    ["when-stalled", { postCopy: {}, autoConverge: false }, /the migration does not converge: switching to post-copy/],
    ["after-precopy", { postCopy: { when: "after-precopy" as const } }, /pass 2/],
    [
      "on timeout",
      { postCopy: {}, timeoutSeconds: 3, onTimeout: "post-copy" as const },
      /3 s \(timeoutSeconds\) are over: switching to post-copy/,
    ],
  ];

  test.each(whens)("%s it ends what would not", async (_, options, expected) => {
    const { to } = guest.nextMove();
    await guest.up(to, { ...slow, ...options });
    expect(guest.told).toMatch(expected);
    await guest.expectOn(to);
  });
});
