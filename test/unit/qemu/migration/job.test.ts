import { progressLine } from "../../../../provider/placement/migration/job";
import { jobOf } from "../../../../provider/qemu/migration/job";
import type { MigrationInfo } from "../../../../provider/qemu/qmp/monitor";
import { domainState } from "../../../../provider/qemu/states";
import { fixture } from "../../../fixtures/read";

const read = (name: string): MigrationInfo => JSON.parse(fixture(`qemu-7.2-query-migrate-${name}.json`));
const [active, completed] = [read("active"), read("completed")];
const leaving = domainState("running", "active");

test("a source that sends", () => {
  expect(jobOf(active, leaving)).toEqual({
    active: true,
    operation: "outgoing",
    elapsedMs: 7078,
    downtimeMs: 300,
    totalBytes: 84_484_096,
    processedBytes: 208_544,
    remainingBytes: 69_980_160,
    bytesPerSecond: expect.closeTo(15_362.07, 2),
    dirtyBytesPerSecond: 0,
    iterations: 1,
    throttlePercent: 0,
  });
  expect(progressLine(jobOf(active, leaving))).toMatch(/^17 %, 0\.2 MiB sent, 66\.7 MiB of 80\.6 MiB remaining/);
});

test("a source that has sent everything", () => {
  expect(jobOf(completed, domainState("postmigrate", "completed"))).toEqual({
    active: false,
    operation: "other",
    elapsedMs: 9183,
    downtimeMs: 16,
    totalBytes: 84_746_240,
    processedBytes: 34_695_760,
    remainingBytes: 0,
    bytesPerSecond: expect.closeTo(3_819_681.5, 1),
    dirtyBytesPerSecond: 0,
    iterations: 3,
    throttlePercent: 0,
  });
});

test("a guest that has never moved", () => {
  expect(jobOf({}, domainState("running", "none"))).toEqual({
    ...{ active: false, operation: "other", elapsedMs: 0, downtimeMs: 0, totalBytes: 0, processedBytes: 0 },
    ...{ remainingBytes: 0, bytesPerSecond: 0, dirtyBytesPerSecond: 0, iterations: 0, throttlePercent: 0 },
  });
});

test("a migration that has just begun has no figures", () => {
  const job = jobOf({ status: "setup" }, domainState("running", "setup"));
  expect(job).toMatchObject({ active: true, operation: "outgoing", totalBytes: 0 });
  expect(progressLine(job)).toBe("preparing, 0 s");
});

test("dirty pages per second, in bytes", () => {
  const ram = { ...active.ram, "dirty-pages-rate": 100 };
  expect(jobOf({ ...active, ram }, leaving).dirtyBytesPerSecond).toBe(409_600);
});

test("the throttling of auto-converge", () => {
  expect(jobOf({ ...active, "cpu-throttle-percentage": 30 }, leaving).throttlePercent).toBe(30);
});

test("a destination is active and has no figures", () => {
  const job = jobOf({ status: "active" }, domainState("inmigrate", "active"));
  expect(job).toMatchObject({ active: true, operation: "incoming", elapsedMs: 0 });
});

test("a post-copy that has lost its connection is not active", () => {
  const info = (status: string) => ({ ...active, status });
  const state = (status: string) => domainState("finish-migrate", status);
  expect(jobOf(info("postcopy-paused"), state("postcopy-paused"))).toMatchObject({
    active: false,
    operation: "outgoing",
  });
  for (const status of ["postcopy-active", "postcopy-recover"])
    expect(jobOf(info(status), state(status)).active).toBe(true);
});
