import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../lab/paths";
import { readGuide } from "../lab/recovery-guide";

/** Not a situation: what holds in all of them. */
const general = ["The table"];

test("each situation of the recovery guide quotes what is said in it, and is brought about by a lab test", () => {
  const folder = join(repository, "test/lab");
  const tests = readdirSync(folder).filter((name) => /^recovery\..*test\.ts$/.test(name));
  const text = tests.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
  const situations = [...readGuide()].filter(([heading]) => !general.includes(heading));
  expect(situations.length).toBeGreaterThan(10);
  expect(situations.filter(([, quotes]) => quotes.length === 0).map(([heading]) => heading)).toEqual([]);
  expect(situations.map(([heading]) => heading).filter((one) => !text.includes(`quotes("${one}"`))).toEqual([]);
});
