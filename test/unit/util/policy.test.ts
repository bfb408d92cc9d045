import { retryUntil } from "../../../provider/util/policy";

test("tries until it works", async () => {
  let tries = 0;
  const attempt = async () => {
    tries += 1;
    if (tries < 3) throw new Error(`not yet: ${tries}`);
    return "done";
  };
  await expect(retryUntil(attempt, { everyMs: 1, timeoutMs: 60_000 })).resolves.toBe("done");
  expect(tries).toBe(3);
});

test("throws the last error when the time is over, and stops trying", async () => {
  let tries = 0;
  const attempt = async () => {
    tries += 1;
    throw new Error("still booting");
  };
  await expect(retryUntil(attempt, { everyMs: 5, timeoutMs: 50 })).rejects.toThrow("still booting");
  const triesAtEnd = tries;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(tries).toBe(triesAtEnd);
});

test("an attempt that never ends is given up with its time", async () => {
  await expect(retryUntil(() => new Promise(() => {}), { everyMs: 1, timeoutMs: 20 })).rejects.toThrow("20ms");
});

test("ends early on the caller's signal", async () => {
  const stop = new AbortController();
  const attempt = async () => {
    stop.abort();
    throw new Error("gone");
  };
  await expect(retryUntil(attempt, { everyMs: 1, timeoutMs: 60_000, signal: stop.signal })).rejects.toThrow("gone");
});
