import { pauseMs } from "../../../../provider/placement/migration/pace";

const MiB = 1024 ** 2;
const job = (remainingMiB: number, MiBps: number, iterations = 1) => ({
  remainingBytes: remainingMiB * MiB,
  bytesPerSecond: MiBps * MiB,
  iterations,
});

test.each<[string, ReturnType<typeof job> | undefined, lookMs: number, expected: number]>([
  ["nothing is known", undefined, 50, 1000],
  ["nothing has been sent", job(4096, 0), 50, 1000],
  ["much is left", job(4096, 100), 50, 1000],
  ["a look takes long", job(4096, 100), 600, 2400],
  ["it would be in the way of the switchover", job(60, 100), 50, 2100],
  ["so would one that takes long", job(120, 100), 300, 2700],
  ["all is sent", job(0, 100), 50, 1500],
  ["it goes through its memory again", job(60, 100, 2), 50, 1000],
  ["the host is very slow", job(4096, 1), 60_000, 5000],
])("%s", (_, seen, lookMs, expected) => expect(pauseMs(seen, lookMs)).toBe(expected));
