/** Two who act on one guest at once, and what is written down for those who come later. No guest is needed for it. */
import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { LabHost } from "../../lab/lab-host";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { AlreadyLocked } from "../../provider/placement/lock/host-lock";
import { readJournal, writeJournal } from "../../provider/placement/lock/journal";
import { type HostLocks, LockLost, type LockRequest, withHostLocks } from "../../provider/placement/lock/locks";
import { retryUntil } from "../../provider/util/policy";
import { connectionTo, everything, runningLab } from "./support";

const { hvA, hvB } = runningLab();
const signal = new AbortController().signal;
setMaxListeners(0, signal);
const uuid = randomUUID();
const what = { id: uuid, name: "web" };
const lockFile = `/run/pulumi-kvm-live/${uuid}.lock`;
const journalFile = `/var/lib/pulumi-kvm-live/journal/${uuid}.log`;
const until = (check: () => Promise<void>) => retryUntil(check, { everyMs: 200, timeoutMs: 60_000 });

function candidate(lab: LabHost, user = "root") {
  const { name, ...args } = connectionTo(lab);
  return { name, address: lab.address, port: 22, host: new SshHost({ ...args, user }) };
}
/** Runs with the guest's lock, held by this name. */
const withLock = <T>(who: string, work: (locks: HostLocks) => Promise<T>, options: Partial<LockRequest> = {}) =>
  withHostLocks({ what, candidates: [candidate(hvA)], ...options }, { who, signal }, work);
const work = jest.fn(async () => {});
/** @returns what ends the work, and the locks that it had */
async function hold(
  who: string,
  options: Partial<LockRequest> = {},
): Promise<{ locks: HostLocks; release: () => Promise<void> }> {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return new Promise((resolve, reject) => {
    const hasEnded = async (locks: HostLocks) => {
      resolve({
        locks,
        release: () => {
          end();
          return done;
        },
      });
      await ended;
    };
    const done = withLock(who, hasEnded, options);
    done.catch(reject);
  });
}
/** Processes of the lock on a host: the shell that holds it is the only one with the UUID among its arguments. */
const holders = async (host: LabHost) =>
  (
    await host.script(
      `for one in /proc/[0-9]*; do
      tr '\\0\\n' '  ' < "$one/cmdline" 2>/dev/null | grep -q "^sh -c .*umask 077.* $1 " && echo "\${one#/proc/}"
    done; true`,
      uuid,
    )
  ).stdout
    .split("\n")
    .filter(Boolean);
const isFree = async (host: LabHost) => {
  expect((await host.tryExec(["flock", "-n", lockFile, "true"])).exitCode).toBe(0);
};

beforeEach(() => work.mockClear());
afterAll(async () => {
  await closeConnections();
  for (const host of [hvA, hvB]) await host.exec(["rm", "-f", lockFile, journalFile]);
});

test("the second is told at once who is at work, and may go when the first has ended", async () => {
  const first = await hold("anna@office[1]\n\u001b[2J urn:web");
  const second = withLock("bert@home[2]", work);
  await expect(second).rejects.toThrow(AlreadyLocked);
  await expect(second).rejects.toThrow(
    /^web is locked by another run\. The lock on hv-a is held by anna@office\[1\] \[2J urn:web, since 20\d\d-\S+Z\.\nNothing was done\./,
  );
  await first.locks.assertHeld();
  await first.release();
  await withLock("bert@home[2]", work);
  expect(work).toHaveBeenCalledTimes(1);
  expect((await hvA.exec(["stat", "-c", "%a", "/run/pulumi-kvm-live", lockFile])).stdout).toBe("700\n600\n");
});

test("another guest's lock is another lock", async () => {
  const first = await hold("anna");
  const other = randomUUID();
  await withLock("bert", work, { what: { id: other, name: "db" } });
  await hvA.exec(["rm", `/run/pulumi-kvm-live/${other}.lock`]);
  await first.release();
  expect(work).toHaveBeenCalledTimes(1);
});

test("the lock goes with the connection, and the work that had it may do no more", async () => {
  const first = await hold("anna");
  await closeConnections();
  await until(() => isFree(hvA));
  await expect(first.locks.assertHeld()).rejects.toThrow(LockLost);
  await expect(first.locks.assertHeld()).rejects.toThrow(/^web: its lock on hv-a is not held, so another run may/);
  await first.release();
});

test("the lock goes when its session there is killed", async () => {
  const first = await hold("anna");
  const [pid = ""] = await holders(hvA);
  await hvA.script('kill -9 "$(ps -o ppid= -p "$1" | tr -d " ")"', pid);
  await until(() => isFree(hvA));
  await expect(first.locks.assertHeld()).rejects.toThrow(LockLost);
  await first.release();
});

test("the lock goes when the shell that holds it is killed, whatever it had started", async () => {
  const first = await hold("anna");
  const [pid = ""] = await holders(hvA);
  await hvA.exec(["kill", "-9", pid]);
  await until(() => isFree(hvA));
  await expect(first.locks.assertHeld()).rejects.toThrow(LockLost);
  await first.release();
});

test("it stays for as long as heartbeats come", async () => {
  const first = await hold("anna", { lockTtlSeconds: 3 });
  const [pid = ""] = await holders(hvA);
  const age = () => hvA.exec(["ps", "-o", "etimes=", "-p", pid]);
  await until(async () => expect(Number((await age()).stdout)).toBeGreaterThan(2 * 3));
  await first.locks.assertHeld();
  await expect(withLock("bert", work)).rejects.toThrow(AlreadyLocked);
  await first.release();
});

test("it goes when no more of them come, though the connection stays", async () => {
  const interval = jest.spyOn(globalThis, "setInterval").mockReturnValue({ unref: () => undefined } as never);
  const first = await hold("anna", { lockTtlSeconds: 2 });
  interval.mockRestore();
  await until(() => isFree(hvA));
  await expect(first.locks.assertHeld()).rejects.toThrow(LockLost);
  await first.release();
});

test("of two at once exactly one has both hosts, whatever order they name them in", async () => {
  for (let round = 0; round < (everything ? 10 : 4); round++) {
    const both = [candidate(hvA), candidate(hvB)];
    const running = { now: 0, most: 0, refused: 0 };
    const work = async (locks: HostLocks) => {
      running.most = Math.max(running.most, ++running.now);
      await locks.assertHeld();
      await until(async () => expect(running.now + running.refused).toBe(2));
      running.now -= 1;
    };
    const tryAs = (who: string, candidates: LockRequest["candidates"]) =>
      withLock(who, work, { candidates }).catch((error: Error) => {
        running.refused += 1;
        throw error;
      });
    const names = [`anna ${round}`, `bert ${round}`];
    const results = await Promise.allSettled([tryAs(names[0] ?? "", both), tryAs(names[1] ?? "", [...both].reverse())]);
    const lost = results.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(lost).toEqual([expect.any(AlreadyLocked)]);
    expect(running.most).toBe(1);
    const winner = names[results.findIndex(({ status }) => status === "fulfilled")];
    expect((lost[0] as AlreadyLocked).holder).toContain(`${winner}, since `);
  }
});

test("many guests at once keep no command waiting", async () => {
  const { name, address, port, host } = candidate(hvA);
  const guests = Array.from({ length: 12 }, () => ({ id: randomUUID(), name: "one of many" }));
  const many = { candidates: [{ name, address, port, host }] };
  const held = await Promise.all(guests.map((guest) => hold("anna", { ...many, what: guest })));
  expect((await host.run(["echo", "answers"])).stdout).toBe("answers\n");
  await Promise.all(held.map(({ release }) => release()));
  await hvA.exec(["rm", ...guests.map((guest) => `/run/pulumi-kvm-live/${guest.id}.lock`)]);
});

test("a journal has its lines on each host, one for each act, and nothing that a terminal obeys", async () => {
  const both = [candidate(hvA), candidate(hvB)];
  expect(await readJournal(both[0]?.host as SshHost, uuid, 5)).toEqual([]);
  const write = (text: string) => writeJournal(both, uuid, { who: "anna@office[1] urn:web", text });
  expect(await write("web: start on hv-a: begun")).toEqual([]);
  expect(await write("two\nlines and \u001b[31mred; $(reboot) %s")).toEqual([]);
  for (const { host } of both)
    expect(await readJournal(host, uuid, 5)).toEqual([
      expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:.]+Z anna@office\[1\] urn:web: web: start on hv-a: begun$/),
      expect.stringMatching(/Z anna@office\[1\] urn:web: two lines and {2}\[31mred; \$\(reboot\) %s$/),
    ]);
  const modes = ["stat", "-c", "%a", "/var/lib/pulumi-kvm-live/journal", journalFile];
  expect((await hvA.exec(modes)).stdout).toBe("700\n600\n");
});

test("a journal keeps its newest thousand lines", async () => {
  await hvA.script('seq 1 1200 > "$1"', journalFile);
  await writeJournal([candidate(hvA)], uuid, { who: "anna", text: "the newest" });
  expect((await hvA.script('wc -l < "$1"; head -n 1 "$1"; tail -n 1 "$1"', journalFile)).stdout).toMatch(
    /^1000\n202\n.* anna: the newest\n$/,
  );
});

test("a journal that cannot be written is told of, and ends nothing", async () => {
  await hvA.script('rm -f "$1"; mkdir "$1"', journalFile);
  const problems = await writeJournal([candidate(hvA), candidate(hvB)], uuid, { who: "anna", text: "x" });
  expect(problems).toEqual([expect.stringMatching(/^hv-a: the journal could not be written: .*Is a directory/s)]);
  await hvA.exec(["rmdir", journalFile]);
});

test("nothing of all that runs on", async () => {
  await until(async () => {
    for (const host of [hvA, hvB]) expect(await holders(host)).toEqual([]);
  });
  for (const host of [hvA, hvB]) await isFree(host);
});
