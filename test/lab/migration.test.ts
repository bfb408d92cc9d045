import { counterOf, domainState, lastMigration, migrateCommand, move, startGuest } from "../../lab/by-hand/guest";
import { guests } from "../../lab/guest/build";
import { CommandFailed } from "../../lab/process";
import { retryUntil } from "../../provider/util/policy";
import { expectOnlyOn, expectUnbroken, imageFolder, prepareHypervisors, removeGuest, runningLab } from "./support";

const { nas, hvA, hvB } = runningLab();
const beat = { name: "beat", folder: imageFolder, memoryMiB: 64 };
const dirty = { name: "dirty", folder: imageFolder, memoryMiB: 96 };

beforeAll(prepareHypervisors);

describe("beat", () => {
  beforeAll(() => startGuest(nas, hvA, beat, guests.beat));
  afterAll(() => removeGuest(beat.name));

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
    await expectUnbroken(dirty);
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
    await expectOnlyOn(hvA, dirty.name);
    await move(dirty, hvA, hvB);
    await expectOnlyOn(hvB, dirty.name);
    const { totalTimeMs, downtimeMs } = await lastMigration(hvB, dirty.name);
    expect(totalTimeMs).toBeGreaterThan(downtimeMs);
    expect(downtimeMs).toBeGreaterThan(0);
    await expectUnbroken(dirty);
  });
});
