import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../../lab/paths";
import { run, runAnyway } from "../../lab/process";
import { type ShellText, taggedTexts } from "./shell-texts";

/** A longer script is a file of its own, which editors highlight and `shellcheck` reads as it is. */
const maximumLines = 12;

let folder: string;
let texts: (ShellText & { file: string })[];

async function scriptFiles(): Promise<ShellText[]> {
  const list = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.sh"];
  const paths = (await run(list, { cwd: repository })).stdout.split("\n").filter(Boolean);
  return paths.map((path) => ({
    place: path,
    text: readFileSync(join(repository, path), "utf8"),
    templateLines: 0,
  }));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-shell-"));
  texts = [...taggedTexts(), ...(await scriptFiles())].map((text) => {
    const file = join(folder, text.place.replaceAll(/[/:]/g, "+"));
    writeFileSync(file, text.text);
    return { ...text, file };
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

test("shell texts are found", () => {
  const places = texts.map(({ place }) => place.replace(/:\d+$/, ""));
  expect(places).toEqual(expect.arrayContaining(["provider/host/directories.ts", "provider/host/write-file.sh"]));
});

test(`no template has more than ${maximumLines} lines of shell`, () => {
  const long = texts.filter(({ templateLines }) => templateLines > maximumLines);
  expect(long.map(({ place }) => place)).toEqual([]);
});

test("the shell can parse all of it", async () => {
  for (const { file } of texts) await run(["sh", "-n", file]);
});

test("shellcheck finds nothing", async () => {
  const argv = ["shellcheck", "--shell=sh", "--format=gcc", ...texts.map(({ file }) => file)];
  const { stdout, stderr } = await runAnyway(argv).catch(() => {
    throw new Error("shellcheck is missing on this machine: apt-get install shellcheck");
  });
  expect(`${stdout}${stderr}`.replaceAll(`${folder}/`, "").replaceAll("+", "/")).toBe("");
});
