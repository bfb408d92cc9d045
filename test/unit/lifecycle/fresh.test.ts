import { Fresh } from "../../../provider/lifecycle/fresh";
import { silentContext } from "../../silent-context";

test("what was seen is handed out once, and to the same operation only", () => {
  const fresh = new Fresh<string>();
  const [mine, other] = [silentContext(), silentContext()];
  expect(fresh.keep(mine, "seen")).toBe("seen");
  expect(fresh.take(other)).toBeUndefined();
  expect(fresh.take(mine)).toBe("seen");
  expect(fresh.take(mine)).toBeUndefined();
});
