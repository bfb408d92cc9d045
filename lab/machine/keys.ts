/** The lab's ssh keys: one for the client, one per host. Made once, kept in the cache. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hostSpecs } from "../hosts";
import { withLock } from "../lock";
import { cacheFolder } from "../paths";
import { run } from "../process";

const folder = () => join(cacheFolder(), "keys");

/** The private key that every host lets in as root. */
export const clientKeyFile = () => join(folder(), "id_ed25519");
export const hostKeyFile = (host: string) => join(folder(), `${host}_ed25519`);
export const publicKey = (privateKeyFile: string) => readFileSync(`${privateKeyFile}.pub`, "utf8").trim();

export async function ensureKeys(): Promise<void> {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  await withLock(join(folder(), ".lock"), async () => {
    await ensureKey(clientKeyFile(), "lab");
    for (const { name } of hostSpecs) await ensureKey(hostKeyFile(name), name);
  });
}

async function ensureKey(file: string, comment: string): Promise<void> {
  if (existsSync(file) && existsSync(`${file}.pub`)) return;
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file], { input: "y\n" });
}
