/** A candidate on which everything is this machine's, but for some programs, which a test has written. */
import { SshHost } from "../../provider/host/ssh-host";
import type { Candidate } from "../../provider/placement/observe/candidate";
import { programmedHost } from "./programmed-host";
import type { ScriptedHost } from "./scripted-host";

export interface AnsweringHost extends Candidate {
  host: SshHost;
  scripted: ScriptedHost;
  /** Its programs are here, before all others. */
  folder: string;
}

/** @param programs shell text of each by its name */
export async function answeringHost(name: string, programs: Record<string, string>): Promise<AnsweringHost> {
  const scripts = Object.entries(programs).map(([program, text]) => [program, `#!/bin/sh\n${text}\n`]);
  const { scripted, folder } = await programmedHost(Object.fromEntries(scripts));
  const limits = { port: 22, maxOutgoingMigrations: 2, maxIncomingMigrations: 2 };
  return { name, address: "192.0.2.1", ...limits, host: new SshHost(scripted.args), scripted, folder };
}
