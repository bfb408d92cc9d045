/** Reaches the lab's hosts by OpenSSH inside the lab's namespace, with host keys verified. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { quoteCommand } from "../../provider/host/command";
import { hostSpecs } from "../hosts";
import { labFolder, namespacePath } from "../paths";
import { runAnyway } from "../process";
import { clientKeyFile, hostKeyFile, publicKey } from "./keys";

export const sshConfigFile = (lab: string) => join(labFolder(lab), "ssh_config");
export const knownHostsFile = (lab: string) => join(labFolder(lab), "known_hosts");

/** Records the hosts' keys and writes a configuration with which `ssh -F FILE hv-a` just works. */
export function writeSshConfig(lab: string): void {
  const known = hostSpecs.map(({ name, address }) => {
    const [type, key] = publicKey(hostKeyFile(name)).split(" ");
    return `${name},${address} ${type} ${key}`;
  });
  writeFileSync(knownHostsFile(lab), `${known.join("\n")}\n`);
  const hosts = hostSpecs.map(({ name, address }) => `Host ${name}\n  HostName ${address}`);
  const common = [
    "Host *",
    "  User root",
    `  IdentityFile ${clientKeyFile()}`,
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile ${knownHostsFile(lab)}`,
    "  StrictHostKeyChecking yes",
    "  BatchMode yes",
    "  ConnectTimeout 10",
    "  ServerAliveInterval 5",
    "  ServerAliveCountMax 6",
  ];
  writeFileSync(sshConfigFile(lab), `${[...hosts, ...common].join("\n")}\n`);
}

/** The argv that runs a program inside the lab's network namespace. */
export const inNamespace = (lab: string, argv: readonly string[]) => [
  "nsenter",
  `--net=${namespacePath(lab)}`,
  ...argv,
];

/** Connections are kept for the next command, which takes a tenth of the time then. @see ControlMaster in ssh_config(5) */
const shared = (lab: string) => ["-o", "ControlMaster=auto", "-o", "ControlPersist=60", ...controlPath(lab)];
const controlPath = (lab: string) => ["-o", `ControlPath=${join(labFolder(lab), "ssh-%n")}`];

/** The argv that runs `argv` on a host; with none, a login shell. */
export function overSsh(lab: string, host: string, argv: readonly string[], options: readonly string[] = []): string[] {
  const command = argv.length > 0 ? ["--", quoteCommand(argv)] : [];
  return inNamespace(lab, ["ssh", "-F", sshConfigFile(lab), ...shared(lab), ...options, host, ...command]);
}

/** The argv that copies a file of this machine to a host. */
export const scpTo = (lab: string, host: string, file: string, path: string) =>
  inNamespace(lab, ["scp", "-q", "-F", sshConfigFile(lab), ...shared(lab), file, `${host}:${path}`]);

/**
 * Makes the next command open a new connection, for when the network to the host changes. Running commands keep
 * theirs. No connection is fine.
 */
export async function forgetConnection(lab: string, host: string): Promise<void> {
  const argv = ["ssh", "-F", sshConfigFile(lab), ...controlPath(lab), "-O", "stop", host];
  if (existsSync(join(labFolder(lab), `ssh-${host}`))) await runAnyway(inNamespace(lab, argv));
}
