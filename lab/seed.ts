/** The seed scenario on the lab's hosts: what has to be there before `pulumi up`, as on a user's own hosts. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildGuest, guests } from "./guest/build";
import { imagePath } from "./guest/domain";
import { subnet } from "./hosts";
import type { Lab } from "./lab";
import { repository } from "./paths";
import { createPulumiWorkspace, type PulumiWorkspace } from "./pulumi/workspace";
import { adaptSeedDomain, seedBridge, seedFolder, seedGuest } from "./seed-domain";

const program = "examples/seed";

/** The bridge of the write-up on both hypervisors, and the guest's image on the file server. */
export async function furnishHosts(lab: Lab): Promise<void> {
  for (const name of ["hv-a", "hv-b"]) await lab.host(name).exec(["ovs-vsctl", "--may-exist", "add-br", seedBridge]);
  const nas = lab.host("nas");
  await nas.exec(["mkdir", "-p", seedFolder]);
  await nas.upload(await buildGuest(guests.beat), imagePath(seedGuest));
}

/**
 * A stack of `examples/seed` whose configuration names the lab's hosts; nothing is up yet.
 *
 * @param folder where to make it
 */
export async function createSeedStack(lab: Lab, folder: string): Promise<PulumiWorkspace> {
  mkdirSync(folder, { recursive: true });
  const domainXml = join(folder, "ubuntu-14.04.xml");
  writeFileSync(domainXml, adaptSeedDomain(readFileSync(join(repository, program, "ubuntu-14.04.xml"), "utf8")));
  const workspace = await createPulumiWorkspace({ program, folder, wrap: (argv) => lab.enter(argv) });
  await workspace.pulumi(["stack", "init", "lab"]);
  const settings: Record<string, string> = {
    'addresses["hv-a"]': lab.host("hv-a").address,
    'addresses["hv-b"]': lab.host("hv-b").address,
    'addresses["nas"]': lab.host("nas").address,
    clients: subnet,
    host: "hv-a",
    path: seedFolder,
    domainXml,
    "login.identityFile": lab.ssh.identityFile,
    "login.knownHosts": lab.ssh.knownHostsFile,
    ...mountOptions,
  };
  await workspace.configure(settings);
  return workspace;
}

/**
 * The defaults and `sync`, for the guest's serial log: while it moves, both hosts have the log open, and what the source
 * still holds in its page cache would overwrite the destination's first lines. Disk images are opened past the cache.
 */
const mountOptions = Object.fromEntries(
  ["vers=4.2", "hard", "noatime", "_netdev", "sync"].map((option, index) => [`mountOptions[${index}]`, option]),
);
