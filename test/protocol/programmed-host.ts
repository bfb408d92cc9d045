/** A scripted host on which a real shell runs what is asked for, with programs that a test has put there before the real ones. */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answer, ScriptedHost } from "./scripted-host";

const folders: string[] = [];

/** For afterEach, once the connections are closed. */
export async function stopProgrammedHosts(): Promise<void> {
  await ScriptedHost.stopAll();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

/**
 * @param programs scripts by name; they find the files in the folder that `$HERE` names
 * @param files by name
 * @param rewrite what is run in place of a command. @default the command
 */
export async function programmedHost(
  programs: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
  rewrite = (command: string, _folder: string): string => command,
): Promise<{ scripted: ScriptedHost; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), "programs-"));
  folders.push(folder);
  for (const [name, text] of Object.entries({ ...files, ...programs })) writeFileSync(join(folder, name), text);
  for (const name of Object.keys(programs)) chmodSync(join(folder, name), 0o755);
  const env = { ...process.env, HERE: folder, PATH: `${folder}:${process.env.PATH}` };
  const scripted = await ScriptedHost.start({
    run: (command, channel) => {
      const child = spawn("sh", ["-c", rewrite(command, folder)], { env });
      channel.stdin.pipe(child.stdin);
      child.stdin.on("error", () => {}); // it need not read its input
      child.stdout.on("data", (data: Buffer) => channel.write(data)); // it may be asked line by line
      child.stderr.on("data", (data: Buffer) => channel.stderr.write(data));
      child.on("close", (code) => answer(channel, code ?? 1));
    },
  });
  return { scripted, folder };
}
