import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandFailed, ConnectionLost } from "../../provider/host/errors";
import { readTextFile, removeFile, writeTextFile } from "../../provider/host/files";
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

test("what is written is read again, with its mode, and nothing is left beside", async () => {
  const content = "line 'one'\n$(two)\n\n  ü\n";
  await writeTextFile(host, path(), content, options);
  expect(await readTextFile(host, path())).toBe(content);
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

test("an absent file is an answer, an unreadable one an error", async () => {
  expect(await readTextFile(host, path())).toBeUndefined();
  await removeFile(host, path());
  await expect(readTextFile(host, folder)).rejects.toThrow("Is a directory");
});

test("content that its reader refuses does not replace the old file", async () => {
  writeFileSync(path(), "good");
  const check = ["grep", "-q", "good", "{}"];
  await expect(writeTextFile(host, path(), "bad", { ...options, check })).rejects.toThrow(CommandFailed);
  expect(readFileSync(path(), "utf8")).toBe("good");
  await writeTextFile(host, path(), "also good", { ...options, check });
  expect(readFileSync(path(), "utf8")).toBe("also good");
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

test("a secret is in no message", async () => {
  const failing = { ...options, secret: true, check: ["sh", "-c", 'cat "$1" >&2; exit 1', "sh", "{}"] };
  const error = await writeTextFile(host, path(), "hunter2", failing).catch((thrown: Error) => thrown);
  expect(String(error)).toContain("[secret]");
  expect(String(error)).not.toContain("hunter2");
});
