/**
 * Compiles the provider: Pulumi's provider process is plain Node and loads it from `dist/`; and writes the schema of its
 * package there. Also `npm run build`.
 */
import { chmodSync, copyFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./paths";
import { run } from "./process";

export async function buildProvider(): Promise<void> {
  await run([join(repository, "node_modules/.bin/tsc"), "-p", "tsconfig.build.json"], { cwd: repository });
  copyScripts();
  await run([process.execPath, "--import", "tsx", "schema/write.ts"], { cwd: repository });
  // npm does so only when it installs the package, which is before this where it is a checkout.
  chmodSync(join(repository, "dist/command-line/kvm-live.js"), 0o755);
}

/** Shell scripts lie beside the modules that load them. */
function copyScripts(): void {
  const provider = join(repository, "provider");
  for (const path of readdirSync(provider, { recursive: true, encoding: "utf8" }))
    if (path.endsWith(".sh")) copyFileSync(join(provider, path), join(repository, "dist", path));
}

/** What was built of files that are gone would be published. */
const clean = () => rmSync(join(repository, "dist"), { recursive: true, force: true });

if (require.main === module) {
  if (process.argv.includes("--clean")) clean();
  buildProvider().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
