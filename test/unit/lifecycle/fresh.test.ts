import { Fresh } from "../../../provider/lifecycle/fresh";
import { quietContext } from "../../fixtures/context";

const operation = () => quietContext();

test("what was seen is handed out once, and to the same operation only", () => {
  const fresh = new Fresh<string>();
  const [mine, other] = [operation(), operation()];
  expect(fresh.keep(mine, "seen")).toBe("seen");
  expect(fresh.take(other)).toBeUndefined();
  expect(fresh.take(mine)).toBe("seen");
  expect(fresh.take(mine)).toBeUndefined();
});
