/** libvirt's own test definitions, from Debian's source packages; fetched once, into the cache folder. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildOnce } from "../../lab/lock";
import { cacheFolder } from "../../lab/paths";
import { debianSources } from "../../lab/preflight/debian-sources";
import { run } from "../../lab/process";

export interface LibvirtRelease {
  version: string;
  sha256: string;
  /** Folders of its tests: definitions as libvirt prints them, and QEMU's command lines. */
  definitions: string;
  commandLines: string;
}

/** Those of Debian 12 and 13, as the lab's hosts have. */
export const libvirtReleases: readonly LibvirtRelease[] = [
  {
    version: "9.0.0",
    sha256: "deca5cff1b7baac297bca9663907c61f71a47183371dc7ac019c107806d5435a",
    definitions: "qemuxml2xmloutdata",
    commandLines: "qemuxml2argvdata",
  },
  {
    version: "11.3.0",
    sha256: "6bcb0c42c4580436fea262ced56f68a6afe20f7390b1bea2116718cc034a0283",
    definitions: "qemuxmlconfdata",
    commandLines: "qemuxmlconfdata",
  },
];

const folderOf = ({ version }: LibvirtRelease) => join(cacheFolder(), "libvirt-tests", version);

/** @throws Error when Debian's archive does not have it, or gives another file */
export const ensureTests = (release: LibvirtRelease): Promise<void> =>
  buildOnce(
    folderOf(release),
    () => fetchTests(release),
    () => {},
  );

async function fetchTests(release: LibvirtRelease): Promise<void> {
  const { version, sha256, definitions, commandLines } = release;
  const made = `${folderOf(release)}.new`;
  rmSync(made, { recursive: true, force: true }); // of a fetch that was cut off
  mkdirSync(made, { recursive: true });
  const archive = join(made, "orig.tar.xz");
  const uri = `${await archiveUri()}pool/main/libv/libvirt/libvirt_${version}.orig.tar.xz`;
  // As apt itself does it, with its proxies; it checks the digest.
  await run(["/usr/lib/apt/apt-helper", "download-file", uri, archive, `SHA256:${sha256}`]);
  const folders = [...new Set([definitions, commandLines])].map((name) => `libvirt-${version}/tests/${name}`);
  await run(["tar", "-xJf", archive, "-C", made, "--strip-components=2", "--no-same-owner", ...folders]);
  rmSync(archive);
  renameSync(made, folderOf(release));
}

/** The archive that has a pool: that of the release itself, not of its security updates. */
async function archiveUri(): Promise<string> {
  const release = "trixie";
  const line = (await debianSources(release)).find((source) => source.endsWith(` ${release} main`));
  if (line === undefined) throw new Error("apt knows no Debian archive of a release, only of updates: check /etc/apt.");
  return line.split(" ")[1] ?? "";
}

export interface TestFile {
  /** e.g. `11.3.0 disk-cdrom.x86_64-latest` */
  name: string;
  text: string;
}

/** The definitions of guests with an x86 processor. */
export function definitionsOf(release: LibvirtRelease): TestFile[] {
  // libvirt 11.3 has its input beside its output, which names the processor and QEMU's release.
  const isOutput = (name: string) => release.definitions !== release.commandLines || /\.\w+-[\w.+-]+\.xml$/.test(name);
  const files = filesIn(release, release.definitions, ".xml").filter(({ name }) => isOutput(`${name}.xml`));
  return files.filter(({ text }) => /<type arch='(x86_64|i686)'/.test(text));
}

export interface CommandLine {
  name: string;
  /** Without the emulator. */
  argv: string[];
  /** The definition that libvirt made it of. */
  definition: string;
}

/** The command lines of QEMU for x86 guests. */
export function commandLinesOf(release: LibvirtRelease): CommandLine[] {
  const files = ["definitions", "commandLines"] as const;
  const texts = new Map(
    files.flatMap((kind) => filesIn(release, release[kind], ".xml")).map(({ name, text }) => [name, text]),
  );
  return filesIn(release, release.commandLines, ".args").flatMap(({ name, text }) => {
    const words = wordsOf(text);
    const emulator = words.findIndex((word) => /\/(qemu-system-(x86_64|i386)|qemu-kvm|kvm)$/.test(word));
    // Without a definition of its own it is made of the one that is not bound to a release of QEMU.
    const definition = texts.get(name) ?? texts.get(name.replace(/\.\w+-[\w.+-]+$/, ""));
    return emulator < 0 || definition === undefined ? [] : [{ name, argv: words.slice(emulator + 1), definition }];
  });
}

/** Words of a shell's line, whose quotes are single ones and whose line breaks are behind a backslash. */
const wordsOf = (text: string): string[] =>
  [...text.replaceAll("\\\n", " ").matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/gs)].map(([word]) =>
    word.replace(/'([^']*)'|\\(.)/gs, (_, quoted, single) => quoted ?? single),
  );

const filesIn = (release: LibvirtRelease, folder: string, ending: string): TestFile[] =>
  readdirSync(join(folderOf(release), folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => ({
      name: `${release.version} ${name.slice(0, -ending.length)}`,
      text: readFileSync(join(folderOf(release), folder, name), "utf8"),
    }));
