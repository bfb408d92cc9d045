/** Moves by QEMU itself that do not go as they should: wherever they end, one guest counts on. */
import { shareFolder } from "../../lab/by-hand/nfs";
import { guests } from "../../lab/guest/build";
import { imagePath } from "../../lab/guest/domain";
import type { LabHost } from "../../lab/lab-host";
import { SshHost } from "../../provider/host/ssh-host";
import { retryUntil } from "../../provider/util/policy";
import { NativeGuest } from "./native-guest";
import { messageOf } from "./placed-guest";
import { connectionTo, imageFolder, prepareHypervisors, runningLab } from "./support";

const { nas } = runningLab();
const vnc = { display: 19, listen: "0.0.0.0" };
const guest = new NativeGuest("stubborn", guests.dirty, undefined, { vnc });
const slow = { bandwidthMiBps: 1 };

beforeAll(async () => {
  await prepareHypervisors();
  await guest.furnish();
  await guest.up("hv-a");
});
afterAll(() => guest.remove());

/** A move that goes on for a minute; when this returns, some of the guest's memory is on its way. */
async function setOut(migration = {}) {
  const { from, to } = guest.nextMove();
  const moving = guest.up(to.name, { migration: { ...slow, ...migration } });
  moving.catch(() => {});
  await guest.untilTold(/MiB sent/, moving);
  return { from, to, moving };
}

const notMoved = (from: LabHost, to: LabHost) =>
  `stubborn was not moved from ${from.name} to ${to.name}. It is running on ${from.name}.`;

/** Types a line into QEMU's monitor, as with socat on the host. */
async function monitor(host: LabHost, line: string): Promise<string> {
  const { name: _, ...connection } = connectionTo(host);
  const stream = await new SshHost(connection).openSocket(
    `/run/pulumi-kvm-live/qemu/${guest.uuid}/monitor.sock`,
    "monitor",
  );
  let said = "";
  stream.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const prompts = (count: number) => async () => expect(said.match(/\(qemu\) /g) ?? []).toHaveLength(count);
  await retryUntil(prompts(1), { everyMs: 50, timeoutMs: 30_000 });
  stream.write(`${line}\n`);
  await retryUntil(async () => expect(said).toMatch(/\(qemu\) .*\(qemu\) $/s), { everyMs: 50, timeoutMs: 30_000 });
  stream.destroy();
  return said;
}

test("Ctrl-C in the middle cancels it", async () => {
  const { from, to, moving } = await setOut();
  guest.driver.cancel();
  expect(await messageOf(moving)).toBe(`${notMoved(from, to)}\nCancelled.`);
  await guest.expectOn(from.name);
});

test("the original article's commands work in its monitor: info migrate shows it, migrate_cancel ends it", async () => {
  const { from, to, moving } = await setOut({ maxDowntimeMs: 100 });
  expect(await monitor(from, "info migrate")).toMatch(/Migration status: active.*transferred ram: \d+ kbytes/s);
  const parameters = await monitor(from, "info migrate_parameters");
  expect(parameters).toMatch(/max-bandwidth: 1048576 bytes.*downtime-limit: 100 ms/s);
  await monitor(from, "migrate_cancel");
  expect(await messageOf(moving)).toContain(notMoved(from, to));
  await guest.expectOn(from.name);
});

test("a destination whose QEMU dies leaves the guest on the source, and nothing behind", async () => {
  const { from, to, moving } = await setOut();
  await to.script('kill -KILL "$(systemctl show --property=MainPID --value "$1")"', guest.unit);
  expect(await messageOf(moving)).toContain(notMoved(from, to));
  await guest.expectOn(from.name);
});

test("another image at the same path is refused before anything is started", async () => {
  const { from, to } = guest.nextMove();
  await to.script('umount "$1"; printf other > "$2"', imageFolder, imagePath(guest.guest));
  try {
    expect(await messageOf(guest.up(to.name))).toBe(
      `${imagePath(guest.guest)} on ${to.name} is not the same image as on ${from.name}. Both hosts have to have the same storage there. [image-different]`,
    );
  } finally {
    await to.script('rm "$1"', imagePath(guest.guest));
    await shareFolder(nas, [to], imageFolder);
  }
  await guest.expectOn(from.name);
});

/** While something else listens there, on the destination of the next move. */
async function whileTaken(port: number, work: (from: LabHost, to: LabHost) => Promise<void>): Promise<void> {
  const { from, to } = guest.nextMove();
  const unit = `taken-${port}.service`;
  const server = ["python3", "-m", "http.server", "--bind", to.address, String(port)];
  await to.exec(["systemd-run", "--quiet", `--unit=${unit}`, ...server]);
  try {
    const listens = () => to.script('ss -Hltn | grep -q ":$1 "', String(port));
    await retryUntil(listens, { everyMs: 200, timeoutMs: 60_000 });
    await work(from, to);
  } finally {
    await to.exec(["systemctl", "stop", unit]);
  }
}

test("a port that the guest itself listens on is refused when it is taken", async () => {
  await whileTaken(5919, async (from, to) => {
    expect(await messageOf(guest.up(to.name))).toContain(
      `Port 5919 is taken on ${to.name}, and the guest's VNC display 19 is to listen there.`,
    );
    await guest.expectOn(from.name);
  });
});

test("a port for the move that is taken gives way to the next; when none is free, nothing moves and nothing is left", async () => {
  await whileTaken(49152, async (from, to) => {
    const message = await messageOf(guest.up(to.name, { migration: { ports: { min: 49152, max: 49152 } } }));
    expect(message).toContain(
      `stubborn was not moved from ${from.name} to ${to.name}. It is on ${from.name} as before.`,
    );
    expect(message).toMatch(/migrate-incoming: .*Address already in use\n.*use another port/);
    await guest.expectOn(from.name);
    await guest.up(to.name, { migration: { ports: { min: 49152, max: 49153 } } });
    await guest.expectOn(to.name);
  });
});

test("post-copy moves what would never end otherwise, where the destination may use userfaultfd", async () => {
  const { to } = guest.nextMove();
  await to.exec(["sysctl", "vm.unprivileged_userfaultfd=1"]);
  const migration = { bandwidthMiBps: 3, autoConverge: false, postCopy: { when: "when-stalled" as const } };
  await guest.up(to.name, { migration });
  expect(guest.told).toContain("the migration does not converge: switching to post-copy");
  await guest.expectOn(to.name);
});

test("a run that ends in the middle leaves its migration to the hosts, and the next one joins it", async () => {
  const { from, to, moving } = await setOut({ bandwidthMiBps: 8 });
  guest.driver.end();
  await messageOf(moving);
  await guest.driver.refresh();
  await guest.up(to.name);
  await guest.expectOn(to.name);
  expect(guest.lastMigration).toMatchObject({ from: from.name, to: to.name });
});

test("a destination that loses its power leaves the guest on the source; the next up moves it", async () => {
  const { from, to, moving } = await setOut();
  await to.kill();
  const message = await messageOf(moving);
  expect(message).toContain("its location is unknown until all of them answer");
  expect(message).toContain(`Known so far: running (migration canceled) on ${from.name}.`);
  const before = await guest.count();
  await retryUntil(async () => expect(await guest.count()).toBeGreaterThan(before), {
    everyMs: 500,
    timeoutMs: 60_000,
  });
  expect(await messageOf(guest.driver.refresh())).toContain("stays unknown until all of them answer");
  await to.start();
  await shareFolder(nas, [to], imageFolder);
  await guest.up(to.name);
  await guest.expectOn(to.name);
});
