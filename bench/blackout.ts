/** The longest time in which a guest has not counted, as its file server sees its log grow. */
import type { LabHost } from "../lab/lab-host";
import { pause } from "../provider/util/pause";

/** Looks every 10 ms until the file $ARGV[1] is there, and prints milliseconds. */
const watch = `use Time::HiRes qw(time sleep);
  my ($log, $end) = @ARGV;
  my ($size, $last, $longest) = (-s $log, time, 0);
  until (-e $end) {
    my ($now, $new) = (time, -s $log);
    if ($new != $size) {
      $longest = $now - $last if $now - $last > $longest;
      ($size, $last) = ($new, $now);
    }
    sleep 0.01;
  }
  printf "%d", $longest * 1000;`;

const endFile = "/run/bench-blackout-end";
/** For the guest to count on before the watching ends: it counts 18 times a second. */
const afterwardsMs = 1000;

/** @returns what `work` returns, and the longest gap while it ran, in milliseconds */
export async function watchingBlackout<T>(server: LabHost, log: string, work: () => Promise<T>) {
  await server.exec(["rm", "-f", endFile]);
  const watching = server.exec(["perl", "-e", watch, log, endFile]);
  try {
    await pause(afterwardsMs);
    const result = await work();
    await pause(afterwardsMs);
    return { result, blackoutMs: async () => Number((await watching).stdout) };
  } finally {
    await server.exec(["touch", endFile]);
  }
}
