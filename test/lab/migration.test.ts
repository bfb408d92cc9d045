import { counterOf, domainState, lastMigration, migrateCommand, move, startGuest } from "../../lab/by-hand/guest";
import { guests } from "../../lab/guest/build";
import type { LabHost } from "../../lab/lab-host";
import { CommandFailed } from "../../lab/process";
import { retryUntil } from "../../provider/util/policy";
import { imageFolder, prepareHypervisors, removeGuest, runningLab } from "./support";

const { nas, hvA, hvB } = runningLab();
const beat = { name: "beat", folder: imageFolder, memoryMiB: 64 };
const dirty = { name: "dirty", folder: imageFolder, memoryMiB: 96 };

/** Waits until the guest has counted on, so that a later check sees life after what was done to it. */
async function countsOn(guest: typeof beat): Promise<void> {
  const before = (await counterOf(nas, guest)).numbers.at(-1) ?? 0;
  const goneOn = async () => expect((await counterOf(nas, guest)).numbers.at(-1)).toBeGreaterThan(before + 5);
  await retryUntil(goneOn, { everyMs: 300, timeoutMs: 120_000 });
}

async function expectUnbroken(guest: typeof beat): Promise<void> {
  await countsOn(guest);
  const { numbers, breaks, garbage } = await counterOf(nas, guest);
  expect({ breaks, garbage }).toEqual({ breaks: [], garbage: [] });
  expect(numbers.length).toBeGreaterThan(5);
}

async function expectRunningOnlyOn(host: LabHost, guest: typeof beat): Promise<void> {
  for (const candidate of [hvA, hvB])
    expect([candidate.name, await domainState(candidate, guest.name)]).toEqual([
      candidate.name,
      candidate === host ? "running" : undefined,
    ]);
}

beforeAll(prepareHypervisors);

describe("beat", () => {
  beforeAll(() => startGuest(nas, hvA, beat, guests.beat));
  afterAll(() => removeGuest(beat.name));

  test.each([
    { from: hvA, to: hvB },
    { from: hvB, to: hvA },
  ])("moves live from $from.name to $to.name, peer to peer over TLS, without a missing beat", async ({ from, to }) => {
    await countsOn(beat);
    await move(beat, from, to);
    await expectRunningOnlyOn(to, beat);
    await expectUnbroken(beat);
    const { totalTimeMs, downtimeMs } = await lastMigration(to, beat.name);
    expect(totalTimeMs).toBeGreaterThan(downtimeMs);
    expect(downtimeMs).toBeGreaterThan(0);
  });

  test("a second start elsewhere is refused by the image's lock", async () => {
    await hvB.exec(["virsh", "define", "/dev/stdin"], {
      input: (await hvA.exec(["virsh", "dumpxml", beat.name])).stdout,
    });
    await expect(hvB.exec(["virsh", "start", beat.name])).rejects.toThrow('Failed to get "write" lock');
    await hvB.exec(["virsh", "undefine", beat.name]);
    await expectUnbroken(beat);
  });

  test("a reboot shows in its counter", async () => {
    await hvA.exec(["virsh", "reset", beat.name]);
    const rebooted = async () =>
      expect((await counterOf(nas, beat)).breaks).toEqual([{ after: expect.any(Number), came: 1 }]);
    await retryUntil(rebooted, { everyMs: 300, timeoutMs: 120_000 });
  });

  test("obeys the power button", async () => {
    await hvA.exec(["virsh", "shutdown", beat.name]);
    const off = async () => expect(await domainState(hvA, beat.name)).toBe("shut off");
    await retryUntil(off, { everyMs: 300, timeoutMs: 120_000 });
  });
});

describe("dirty", () => {
  beforeAll(() => startGuest(nas, hvA, dirty, guests.dirty));
  afterAll(() => removeGuest(dirty.name));

  test("a destination that loses power in the middle of a slowed move leaves the guest running on the source", async () => {
    await countsOn(dirty);
    const moving = hvA.exec(migrateCommand(dirty, hvB, { bandwidthMiBps: 1 })).catch((error: unknown) => error);
    const inTheMiddle = async () => {
      const { stdout } = await hvA.exec(["virsh", "domjobinfo", dirty.name, "--rawstats"]);
      const [, processed = "0"] = /memory_processed: (\d+)/.exec(stdout) ?? [];
      expect(Number(processed)).toBeGreaterThan(4 * 1024 ** 2);
    };
    await retryUntil(inTheMiddle, { everyMs: 300, timeoutMs: 120_000 });
    await hvB.kill();
    expect(hvB.isRunning).toBe(false);
    expect(await moving).toBeInstanceOf(CommandFailed);
    expect(await domainState(hvA, dirty.name)).toBe("running");
    await expectUnbroken(dirty);
  });

  test("the host boots again on its own disk, without the guest, and the move succeeds then", async () => {
    await hvB.start();
    expect((await hvB.exec(["ls", "/etc/pki/CA"])).stdout).toBe("cacert.pem\n");
    await prepareHypervisors(); // a mount made by hand does not survive a power cut
    await expectRunningOnlyOn(hvA, dirty);
    await move(dirty, hvA, hvB);
    await expectRunningOnlyOn(hvB, dirty);
    await expectUnbroken(dirty);
  });
});
