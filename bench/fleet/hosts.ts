/**
 * Hosts of a simulated fleet, in a process of their own: real SSH servers, behind which a real shell runs the provider's
 * own scripts. Only virsh is not the real one. Started by fork(): gets a {@link Fleet}, answers with how to log in, and
 * counts when it is asked to.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionArgs } from "../../provider/host/connection-args";
import { markedDefinition } from "../../provider/libvirt/definition/domain-xml";
import { fixture } from "../../test/fixtures/read";
import { programmedHost, stopProgrammedHosts } from "../../test/protocol/programmed-host";
import { clientKey, type ScriptedHost } from "../../test/protocol/scripted-host";
import type { Fleet } from "../part";
import { fleetGuest } from "./guest";

export interface HostCounts {
  commands: number;
  connections: number;
  bytes: number;
}

const virsh = readFileSync(join(__dirname, "virsh.sh"), "utf8");

/** What virsh has printed of a running guest, by the question; the guest's name and UUID are left to the program. */
function captured(): Record<string, string> {
  const questions = ["domstate", "dominfo", "domjobinfo", "dumpxml", "snapshot-list", "checkpoint-list"];
  const text = fixture("virsh-9.0.0-view-running.txt");
  const [uuid = ""] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text) ?? [];
  const [, name = ""] = /^Name: +(.+)$/m.exec(text) ?? [];
  const [, ...said] = text.replaceAll(uuid, "@UUID@").replaceAll(name, "@NAME@").split("-- kvm-live --\n");
  return Object.fromEntries(questions.map((question, index) => [question, said[index] ?? ""]));
}

async function startHosts(fleet: Fleet): Promise<ScriptedHost[]> {
  const domains = Array.from({ length: fleet.hosts }, () => [] as string[]);
  const files = Array.from({ length: fleet.hosts }, () => captured());
  for (let number = 0; number < fleet.guests; number++) {
    const { uuid, name, definition, owner, candidates } = fleetGuest(fleet, number);
    const host = candidates[0] ?? 0;
    domains[host]?.push(`${uuid} ${name}\n`);
    Object.assign(files[host] ?? {}, { [`${uuid}.xml`]: `${markedDefinition(definition, owner)}\n` });
  }
  const hosts: ScriptedHost[] = [];
  for (const [number, lines] of domains.entries()) {
    const own = { ...files[number], domains: lines.join("") };
    hosts.push((await programmedHost({ virsh }, own)).scripted);
  }
  return hosts;
}

const folder = mkdtempSync(join(tmpdir(), "fleet-"));
const identityFile = join(folder, "id_ed25519");
writeFileSync(identityFile, clientKey.private, { mode: 0o600 });

/** As a user would log in. Hundreds of logins at once take their time on one machine. */
function loginTo({ privateKey: _, ...args }: ConnectionArgs): ConnectionArgs {
  return { ...args, identityFile, connectTimeoutSeconds: 120 };
}

let hosts: ScriptedHost[] = [];
const tell = (message: unknown) => process.send?.(message);

async function answer(message: Fleet | "count"): Promise<void> {
  if (message === "count") {
    tell(
      hosts.map(({ commands, connections, bytes }): HostCounts => ({ commands: commands.length, connections, bytes })),
    );
    return;
  }
  hosts = await startHosts(message);
  tell(hosts.map(({ args }) => loginTo(args)));
}

process.on("message", (message: Fleet | "count") => void answer(message));
process.on("disconnect", () => {
  rmSync(folder, { recursive: true });
  void stopProgrammedHosts().finally(() => process.exit(0));
});
