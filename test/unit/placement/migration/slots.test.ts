import { type Ends, MigrationSlots } from "../../../../provider/placement/migration/slots";

const between = (from: string, to: string, max = 1): Ends => ({ from: { key: from, max }, to: { key: to, max } });
const never = new AbortController().signal;
const turns = async () => new Promise((resolve) => setImmediate(resolve));

/** Moves that end when they are told to. */
function yard() {
  const slots = new MigrationSlots();
  const [begun, waits, ends] = [[] as string[], [] as string[], new Map<string, () => void>()];
  const move = (name: string, way: Ends, signal = never) =>
    slots.within(
      way,
      signal,
      () => waits.push(name),
      async () => {
        begun.push(name);
        await new Promise<void>((resolve) => ends.set(name, resolve));
      },
    );
  const end = async (name: string) => {
    ends.get(name)?.();
    await turns();
  };
  return { move, begun, waits, end };
}

test("a host sends and receives as many at a time as it may; the rest waits in order", async () => {
  const { move, begun, waits, end } = yard();
  const all = ["1", "2", "3"].map((name) => move(name, between("a", "b", 2)));
  await turns();
  expect([begun, waits]).toEqual([["1", "2"], ["3"]]);
  await end("1");
  expect(begun).toEqual(["1", "2", "3"]);
  await end("2");
  await end("3");
  await Promise.all(all);
});

test("a swap runs both ways at once; a ring of three does not block itself", async () => {
  const swap = yard();
  const both = [swap.move("a to b", between("a", "b")), swap.move("b to a", between("b", "a"))];
  await turns();
  expect(swap.begun).toEqual(["a to b", "b to a"]);
  await swap.end("a to b");
  await swap.end("b to a");
  await Promise.all(both);
  const ring = yard();
  const moves = [
    ["a", "b"],
    ["b", "c"],
    ["c", "a"],
    ["a", "c"],
  ].map(([from = "", to = ""]) => ring.move(from + to, between(from, to)));
  await turns();
  for (const name of ["ab", "bc", "ca", "ac"]) await ring.end(name);
  await Promise.all(moves);
});

test("one that cannot begin does not hold up others", async () => {
  const { move, begun, end } = yard();
  const all = [move("1", between("a", "b")), move("2", between("a", "c")), move("3", between("d", "c"))];
  await turns();
  expect(begun).toEqual(["1", "3"]);
  for (const name of ["1", "3", "2"]) await end(name);
  await Promise.all(all);
});

test("a failed move makes room, and waiting can be given up", async () => {
  const slots = new MigrationSlots();
  const failing = slots.within(
    between("a", "b"),
    never,
    () => {},
    async () => {
      throw new Error("failed");
    },
  );
  await expect(failing).rejects.toThrow("failed");
  const { move, begun, end } = yard();
  const stop = new AbortController();
  const first = move("1", between("a", "b"));
  const second = move("2", between("a", "b"), stop.signal);
  const third = move("3", between("a", "b"));
  stop.abort(new Error("stopped"));
  await expect(second).rejects.toThrow("stopped");
  await end("1");
  expect(begun).toEqual(["1", "3"]);
  await end("3");
  await Promise.all([first, third]);
});
