import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandFailed, ConnectionLost } from "../../provider/host/errors";
import { removeFile, writeTextFile } from "../../provider/host/files";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";
import { hearingOnly, ScriptedHost } from "./scripted-host";

let host: SshHost;
let folder: string;
const owner = String(process.getuid?.());
const group = String(process.getgid?.());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-files-"));
  host = new SshHost((await ScriptedHost.start()).args);
});
afterEach(async () => {
  await closeConnections();
  await ScriptedHost.stopAll();
  rmSync(folder, { recursive: true });
});

const path = (name = "file") => join(folder, name);
const options = { mode: 0o640, owner, group };

test("what is written is there, with its mode, and nothing is left beside", async () => {
  const content = "line 'one'\n$(two)\n\n  ü\n";
  await writeTextFile(host, path(), content, options);
  expect(readFileSync(path(), "utf8")).toBe(content);
  expect(statSync(path()).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder)).toEqual(["file"]);
});

test.each(["with space", "it's", "$(id)", "-rf", "new\nline", "x".repeat(200)])(
  "a file may be called %j",
  async (name) => {
    await writeTextFile(host, path(name), "content", options);
    expect(readFileSync(path(name), "utf8")).toBe("content");
    await removeFile(host, path(name));
    expect(readdirSync(folder)).toEqual([]);
  },
);

test("removing an absent file is fine", async () => {
  await expect(removeFile(host, path())).resolves.toBeUndefined();
});

test("content that cannot be given to its owner does not replace the old file", async () => {
  writeFileSync(path(), "old");
  const attempt = writeTextFile(host, path(), "new", { ...options, owner: "nobody-of-this-name" });
  await expect(attempt).rejects.toThrow(CommandFailed);
  expect(readFileSync(path(), "utf8")).toBe("old");
  expect(readdirSync(folder)).toEqual(["file"]);
});

test("content that was cut off on its way does not replace the old file", async () => {
  writeFileSync(path(), "old");
  const broken = await ScriptedHost.start({ run: hearingOnly(3) });
  const attempt = writeTextFile(new SshHost(broken.args), path(), "new content", options);
  await expect(attempt).rejects.toThrow(ConnectionLost);
  expect(readFileSync(path(), "utf8")).toBe("old");
  expect(readdirSync(folder)).toEqual(["file"]);
});
