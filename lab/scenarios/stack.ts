/** Stacks of the examples whose configuration names the lab's hosts. */
import { mkdirSync } from "node:fs";
import { subnet } from "../hosts";
import type { Lab } from "../lab";
import { createPulumiWorkspace, type PulumiWorkspace } from "../pulumi/workspace";

/**
 * A stack of an example with two hypervisors and a file server; nothing is up yet.
 *
 * @param folder where to make it
 * @param settings configuration that only this example has
 */
export async function createLabStack(
  lab: Lab,
  folder: string,
  program: string,
  settings: Readonly<Record<string, string>>,
  { name = "lab", project }: { name?: string; project?: string } = {},
): Promise<PulumiWorkspace> {
  mkdirSync(folder, { recursive: true });
  const workspace = await createPulumiWorkspace({ program, folder, wrap: (argv) => lab.enter(argv), project });
  await workspace.pulumi(["stack", "init", name]);
  await workspace.configure({
    'addresses["hv-a"]': lab.host("hv-a").address,
    'addresses["hv-b"]': lab.host("hv-b").address,
    'addresses["nas"]': lab.host("nas").address,
    clients: subnet,
    host: "hv-a",
    "login.identityFile": lab.ssh.identityFile,
    "login.knownHosts": lab.ssh.knownHostsFile,
    ...mountOptions,
    ...settings,
  });
  return workspace;
}

/**
 * The defaults, and two for the guest's serial log, which both hosts have open while it moves. Without `sync` the
 * destination's first lines would overwrite what the source still holds in its page cache; without `actimeo=0` its first
 * byte would land where the log's end was some seconds ago. Disk images are opened without the cache.
 */
const mountOptions = listSetting("mountOptions", ["vers=4.2", "hard", "noatime", "_netdev", "sync", "actimeo=0"]);

/** A list as settings by path. */
export function listSetting(name: string, values: readonly string[]): Record<string, string> {
  return Object.fromEntries(values.map((value, index) => [`${name}[${index}]`, value]));
}
