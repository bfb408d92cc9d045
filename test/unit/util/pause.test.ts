import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { pause } from "../../../provider/util/pause";

setFlagsFromString("--expose_gc");
const collectGarbage = runInNewContext("gc") as () => void;
const never = () => new AbortController().signal;

test("it ends when the time is over, garbage collection or not", async () => {
  const waits = Array.from({ length: 50 }, () => pause(50, never(), never()));
  for (let round = 0; round < 5; round++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(waits);
});

test("it ends with the first signal, also with one that has come before", async () => {
  const controller = new AbortController();
  const waits = [pause(1e9, never(), controller.signal), pause(1e9, AbortSignal.abort())];
  controller.abort();
  await Promise.all(waits);
});
