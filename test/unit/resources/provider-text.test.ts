import { oneOfEach } from "../../one-of-each";

let texts: ReadonlyMap<string, string>;
beforeAll(async () => {
  const { registrations } = await oneOfEach();
  texts = new Map([...registrations].map(([name, { inputs }]) => [name, String(inputs.__provider)]));
});

test("the provider in the state is a short text that names no place", () => {
  expect(texts.size).toBe(12);
  for (const text of texts.values()) {
    expect(text.length).toBeLessThan(3000);
    expect(text).toContain('require("pulumi-kvm-live/provider")');
    expect(text).not.toMatch(/\/(root|tmp|home|usr|work)\//);
  }
});

test("it is the same text for all resources, but for the type", () => {
  const general = [...texts].map(([name, text]) => text.replaceAll(`"${name}"`, '"TYPE"'));
  expect(new Set(general).size).toBe(1);
});
