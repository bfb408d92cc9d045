import { revertOnFailure } from "../../../provider/util/reverter";

let done: string[];
const step = async (name: string) => {
  done.push(name);
};

beforeEach(() => {
  done = [];
});

test("a change that succeeds is kept", async () => {
  const change = revertOnFailure(async (reverter) => {
    reverter.add(() => step("undo"));
    return "changed";
  });
  expect(await change).toBe("changed");
  expect(done).toEqual([]);
});

test("what failed is undone, the last step first, and its error is thrown", async () => {
  const change = revertOnFailure(async (reverter) => {
    reverter.add(() => step("undo 1"));
    reverter.add(() => step("undo 2"));
    throw new RangeError("full");
  });
  await expect(change).rejects.toThrow(new RangeError("full"));
  expect(done).toEqual(["undo 2", "undo 1"]);
});

test("some errors leave everything as it is", async () => {
  const change = revertOnFailure(
    async (reverter) => {
      reverter.add(() => step("undo"));
      throw new RangeError("lost");
    },
    (error) => !(error instanceof RangeError),
  );
  await expect(change).rejects.toThrow("lost");
  expect(done).toEqual([]);
});

test("undoing that fails is told, and does not keep the rest from being undone", async () => {
  const change = revertOnFailure(async (reverter) => {
    reverter.add(() => step("undo 1"));
    reverter.add(() => Promise.reject(new Error("no answer")));
    throw new Error("full");
  });
  await expect(change).rejects.toThrow("full\nUndoing the change failed too: no answer");
  expect(done).toEqual(["undo 1"]);
});
