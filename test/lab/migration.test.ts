/** What other tests of migrations rely on: the storage's lock, the guest's counter, and what a power cut does. */
import { counterOf, domainState, migrateCommand, startGuest } from "../../lab/by-hand/guest";
import { guests } from "../../lab/guest/build";
import { CommandFailed } from "../../lab/process";
import { retryUntil } from "../../provider/util/policy";
import {
  everything,
  expectOnlyOn,
  expectUnbroken,
  imageFolder,
  lengthyTest,
  prepareHypervisors,
  removeGuest,
  runningLab,
} from "./support";

const { nas, hvA, hvB } = runningLab();
const guest = { name: "dirty", folder: imageFolder, memoryMiB: 96 };

beforeAll(async () => {
  await prepareHypervisors();
  await startGuest(nas, hvA, guest, everything ? guests.dirty : guests.beat);
});
afterAll(() => removeGuest(guest.name));

test("a second start elsewhere is refused by the image's lock", async () => {
  await hvB.exec(["virsh", "define", "/dev/stdin"], {
    input: (await hvA.exec(["virsh", "dumpxml", guest.name])).stdout,
  });
  await expect(hvB.exec(["virsh", "start", guest.name])).rejects.toThrow('Failed to get "write" lock');
  await hvB.exec(["virsh", "undefine", guest.name]);
  await expectUnbroken(guest);
});

lengthyTest("a destination that loses power in a slowed move leaves the guest running on the source", async () => {
  const moving = hvA.exec(migrateCommand(guest, hvB, { bandwidthMiBps: 1 })).catch((error: unknown) => error);
  const inTheMiddle = async () => {
    const { stdout } = await hvA.exec(["virsh", "domjobinfo", guest.name, "--rawstats"]);
    const [, processed = "0"] = /memory_processed: (\d+)/.exec(stdout) ?? [];
    expect(Number(processed)).toBeGreaterThan(4 * 1024 ** 2);
  };
  await retryUntil(inTheMiddle, { everyMs: 300, timeoutMs: 120_000 });
  await hvB.kill();
  expect(hvB.isRunning).toBe(false);
  const booting = hvB.start(); // meanwhile: libvirt notices a silent peer after half a minute only
  expect(await moving).toBeInstanceOf(CommandFailed);
  expect(await domainState(hvA, guest.name)).toBe("running");
  await expectUnbroken(guest);
  await booting;
  // On its own disk, without the guest. A mount made by hand does not survive a power cut.
  expect((await hvB.exec(["ls", "/etc/pki/CA"])).stdout).toBe("cacert.pem\n");
  await prepareHypervisors();
  await expectOnlyOn(hvA, guest.name);
});

test("a reboot shows in its counter", async () => {
  await hvA.exec(["virsh", "reset", guest.name]);
  const rebooted = async () =>
    expect((await counterOf(nas, guest)).breaks).toEqual([{ after: expect.any(Number), came: 1 }]);
  await retryUntil(rebooted, { everyMs: 300, timeoutMs: 120_000 });
});
