/** Pulumi's own generators of SDKs, built from their Go modules into the cache. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildOnce } from "../lock";
import { cacheFolder } from "../paths";
import { run } from "../process";

const source = join(__dirname, "sdk-generators");
/** One release has no generator for C# any more, and no two releases of a module go into one program. */
const programs = [
  { name: "generate", flags: ["-mod=readonly"] },
  { name: "generate-csharp", flags: ["-mod=readonly", "-modfile=csharp.mod", "-tags=csharp"] },
];
const sources = ["main.go", "languages.go", "csharp.go", "go.mod", "go.sum", "csharp.mod", "csharp.sum"];

/**
 * Binds a package schema and writes the SDKs of Node.js, Python, Go and C#, each into a folder named like it.
 *
 * @throws CommandFailed with what Pulumi says of a schema that is none
 */
export async function generateSdks(schema: string, folder: string): Promise<void> {
  const hash = createHash("sha256");
  for (const file of sources) hash.update(readFileSync(join(source, file)));
  const built = join(cacheFolder(), "sdk-generators", hash.digest("hex").slice(0, 12));
  await buildOnce(built, () => buildInto(built), console.error);
  for (const { name } of programs) await run([join(built, name), schema, folder]);
}

async function buildInto(folder: string): Promise<void> {
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true }); // of an interrupted build
  mkdirSync(fresh, { recursive: true });
  for (const { name, flags } of programs)
    await run(["go", "build", "-trimpath", "-ldflags=-s -w", ...flags, "-o", join(fresh, name), "."], { cwd: source });
  renameSync(fresh, folder);
}
