import type { Context } from "../../../provider/lifecycle/context";
import { Fresh } from "../../../provider/lifecycle/fresh";

const operation = (): Context => ({ info() {}, warn() {}, progress() {}, signal: new AbortController().signal });

test("what was seen is handed out once, and to the same operation only", () => {
  const fresh = new Fresh<string>();
  const [mine, other] = [operation(), operation()];
  expect(fresh.keep(mine, "seen")).toBe("seen");
  expect(fresh.take(other)).toBeUndefined();
  expect(fresh.take(mine)).toBe("seen");
  expect(fresh.take(mine)).toBeUndefined();
});
