/** A host on which everything is this machine's, but for some programs, which answer from files. */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SshHost } from "../../provider/host/ssh-host";
import type { Candidate } from "../../provider/placement/observe/candidate";
import { answer, ScriptedHost } from "./scripted-host";

const folders: string[] = [];

/** For afterEach. */
export async function stopAnsweringHosts(): Promise<void> {
  await ScriptedHost.stopAll();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

export interface AnsweringHost extends Candidate {
  host: SshHost;
  scripted: ScriptedHost;
  /** Its programs are here, before all others. */
  folder: string;
}

/** @param programs text of each script by its name, run in a folder of its own */
export async function answeringHost(name: string, programs: Record<string, string>): Promise<AnsweringHost> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-programs-"));
  folders.push(folder);
  for (const [program, text] of Object.entries(programs)) {
    writeFileSync(join(folder, program), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, program), 0o755);
  }
  const scripted = await ScriptedHost.start({
    run: (command, channel) => {
      const child = spawn("sh", ["-c", command], { env: { ...process.env, PATH: `${folder}:${process.env.PATH}` } });
      channel.stdin.pipe(child.stdin);
      child.stdin.on("error", () => {}); // it need not read its input
      child.stdout.on("data", (data: Buffer) => channel.write(data)); // it may be asked line by line
      child.stderr.on("data", (data: Buffer) => channel.stderr.write(data));
      child.on("close", (code) => answer(channel, code ?? 1, "", ""));
    },
  });
  const limits = { port: 22, maxOutgoingMigrations: 2, maxIncomingMigrations: 2 };
  return { name, address: "192.0.2.1", ...limits, host: new SshHost(scripted.args), scripted, folder };
}
