/** The package as npm would publish it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../../lab/paths";
import { run } from "../../lab/process";

export interface Tarball {
  path: string;
  /** Files in it, by their paths in the package. */
  files: readonly string[];
  remove(): void;
}

/** Builds it, as a release does. */
export async function packed(): Promise<Tarball> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-pack-"));
  const { stdout } = await run(["npm", "pack", "--json", "--pack-destination", folder], { cwd: repository });
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf("[\n"))) as [
    { filename: string; files: { path: string }[] },
  ];
  return {
    path: join(folder, filename),
    files: files.map(({ path }) => path),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
