import { join } from "node:path";
import { repository } from "../../lab/paths";
import { run } from "../../lab/process";

test.each([
  ["biome finds nothing to format, to lint or to warn of", ["biome", "check", "--error-on-warnings", "."]],
  ["types hold", ["tsc", "--noEmit"]],
  ["nothing is unused", ["knip"]],
])("%s", async (_, [tool = "", ...args]) => {
  await run([join(repository, "node_modules/.bin", tool), ...args], { cwd: repository });
});
