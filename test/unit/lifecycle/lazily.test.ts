import { lazily } from "../../../provider/lifecycle/lazily";

test("each value is made when it is first asked for, and once", () => {
  const made: string[] = [];
  const maker = (key: string) => () => {
    made.push(key);
    return { key };
  };
  const values = lazily({ a: maker("a"), b: maker("b") });
  expect(Object.keys(values)).toEqual(["a", "b"]);
  expect(made).toEqual([]);
  expect(values.b).toBe(values.b);
  expect(made).toEqual(["b"]);
});
