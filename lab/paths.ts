/** Where the lab keeps its things; nothing of it lies in the repository. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Root of this repository. */
export const repository = resolve(__dirname, "..");

/**
 * What is built once: root file systems, keys, guests, the Pulumi CLI. `PULUMI_KVM_LIVE_CACHE` moves it.
 * Everything in it can be deleted at any time while no lab is up.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env.PULUMI_KVM_LIVE_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-kvm-live"));
}

/** State of all labs of this machine; fixed, because network namespaces are shared by the whole machine too. */
export const labsFolder = "/var/lib/pulumi-kvm-live/labs";

/**
 * @param name 1 to 12 lower-case letters, digits and hyphens, so that the names of namespaces stay readable
 * @throws Error for any other name
 */
export function checkLabName(name: string): string {
  if (/^[a-z][a-z0-9-]{0,11}$/.test(name)) return name;
  throw new Error(
    `Bad lab name ${JSON.stringify(name)}: use 1 to 12 lower-case letters, digits and hyphens, beginning with a letter.`,
  );
}

export const labFolder = (name: string) => join(labsFolder, checkLabName(name));
export const namespaceName = (name: string) => `kvm-live-${checkLabName(name)}`;
export const namespacePath = (name: string) => `/run/netns/${namespaceName(name)}`;
export const namespaceExists = (name: string) => existsSync(namespacePath(name));
