import { digest, stableMac, uuidForm, uuidFrom } from "../../../provider/util/identity";

const uuid = "4dea22b3-1d52-d8f3-2516-782e98ab3fa0";

test("a digest is short, and the same for the same text", () => {
  expect(digest("web")).toMatch(/^[0-9a-f]{16}$/);
  expect(digest("web")).toBe(digest("web"));
  expect(digest("web")).not.toBe(digest("db"));
});

test("a UUID depends on its namespace and its seed", () => {
  expect(uuidFrom("a", "b")).toMatch(uuidForm);
  expect(new Set([uuidFrom("a", "b"), uuidFrom("a", "b"), uuidFrom("b", "a"), uuidFrom("a\0b", "")]).size).toBe(3);
});

test("each network card of a guest keeps its own MAC address", () => {
  expect(stableMac(uuid, 0)).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/);
  expect(stableMac(uuid, 0)).toBe(stableMac(uuid.toUpperCase(), 0));
  expect(stableMac(uuid, 0)).not.toBe(stableMac(uuid, 1));
});
