import type { Release } from "../hosts";
import { run } from "../process";

/**
 * Lines of a sources.list for a Debian release, taken from where this machine itself gets Debian's packages, so that
 * mirrors and proxies chosen here hold for the lab's hosts too.
 *
 * @throws Error when this machine has no Debian source
 * @see https://manpages.debian.org/bookworm/apt/apt-get.8.en.html (indextargets)
 */
export async function debianSources(release: Release): Promise<string[]> {
  const known = sourcesFor(release, await indexTargets());
  if (known.length > 0) return known;
  // Origins are read from the downloaded lists, which a machine that was cleaned up may lack.
  await run(["apt-get", "update"]);
  const updated = sourcesFor(release, await indexTargets());
  if (updated.length > 0) return updated;
  throw new Error("apt knows no Debian archive with a `main` component: check /etc/apt, then run `apt-get update`.");
}

async function indexTargets(): Promise<string> {
  const format = "$(ORIGIN)|$(CODENAME)|$(COMPONENT)|$(REPO_URI)";
  return (await run(["apt-get", "indextargets", "--format", format, "Created-By: Packages"])).stdout;
}

/** Pure: apt's list of index targets to lines for another release of the same archives. */
export function sourcesFor(release: Release, indexTargets: string): string[] {
  const lines = indexTargets.split("\n").flatMap((line) => {
    const [origin, codename = "", component, uri] = line.split("|");
    if (origin !== "Debian" || component !== "main") return [];
    const pocket = /^[a-z]+(-updates|-security)?$/.exec(codename);
    return pocket ? [`deb ${uri} ${release}${pocket[1] ?? ""} main`] : [];
  });
  return [...new Set(lines)];
}
