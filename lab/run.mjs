// Runs a script or a tool of this repository on a machine where npm packages are not installed yet, or are out of date:
//   node lab/run.mjs FILE.ts [ARGS…]      a TypeScript file
//   node lab/run.mjs TOOL [ARGS…]         a program of node_modules/.bin
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = join(dirname(fileURLToPath(import.meta.url)), "..");
const [target = "", ...args] = process.argv.slice(2);

const nodeMajor = Number(process.versions.node.split(".")[0]);
if (nodeMajor < 20) {
  console.error(`Node.js is ${process.versions.node}: version 20 or newer is needed. Install one and put it on PATH.`);
  process.exit(1);
}

installPackages();
const program = target.endsWith(".ts")
  ? [process.execPath, "--import", "tsx", join(repository, target)]
  : [join(repository, "node_modules/.bin", target)];
// The terminal sends Ctrl-C to the child as well; the child decides what it means.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
const { status } = spawnSync(program[0], [...program.slice(1), ...args], { stdio: "inherit" });
process.exit(status ?? 1);

function installPackages() {
  const lock = readFileSync(join(repository, "package-lock.json"));
  const wanted = createHash("sha256").update(lock).digest("hex");
  const stamp = join(repository, "node_modules/.installed-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("Installing npm packages …");
  // Not `npm ci`: it refuses a lock file without other platforms' optional packages, which not every registry has.
  const npm = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: repository,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (npm.status !== 0) process.exit(npm.status ?? 1);
  writeFileSync(stamp, wanted);
}
