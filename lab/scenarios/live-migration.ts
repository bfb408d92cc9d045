/** examples/live-migration on the lab's hosts: what has to be there before `pulumi up`, as on a user's own hosts. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildGuest, guests } from "../guest/build";
import { imagePath } from "../guest/domain";
import type { Lab } from "../lab";
import { repository } from "../paths";
import type { PulumiWorkspace } from "../pulumi/workspace";
import { adaptToLab, exampleBridge, exampleGuest, imageFolder } from "./adapt-domain";
import { createLabStack } from "./stack";

const program = "examples/live-migration";

/** The domain's bridge on both hypervisors, and the guest's image on the file server. */
export async function prepareHosts(lab: Lab): Promise<void> {
  for (const name of ["hv-a", "hv-b"]) await lab.host(name).exec(["ovs-vsctl", "--may-exist", "add-br", exampleBridge]);
  const nas = lab.host("nas");
  await nas.exec(["mkdir", "-p", imageFolder]);
  await nas.upload(await buildGuest(guests.beat), imagePath(exampleGuest));
}

/**
 * A stack of `examples/live-migration` whose configuration names the lab's hosts; nothing is up yet.
 *
 * @param folder where to make it
 * @param by the same program in another language
 */
export async function createLiveMigrationStack(lab: Lab, folder: string, by = program): Promise<PulumiWorkspace> {
  mkdirSync(folder, { recursive: true });
  const domainXml = join(folder, "ubuntu-14.04.xml");
  writeFileSync(domainXml, adaptToLab(readFileSync(join(repository, program, "ubuntu-14.04.xml"), "utf8")));
  return createLabStack(lab, folder, by, { path: imageFolder, domainXml });
}
