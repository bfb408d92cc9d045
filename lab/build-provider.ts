/** Compiles the provider: Pulumi's provider process is plain Node and loads it from `dist/`. */
import { join } from "node:path";
import { repository } from "./paths";
import { run } from "./process";

export async function buildProvider(): Promise<void> {
  await run([join(repository, "node_modules/.bin/tsc"), "-p", "tsconfig.build.json"], { cwd: repository });
}
