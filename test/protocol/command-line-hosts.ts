/** Hosts that `kvm-live` finds by their names, in a configuration of ssh. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LibvirtInFolder, libvirtInFolder } from "./libvirt-in-a-folder";
import { clientKey } from "./scripted-host";

export interface NamedHosts {
  hosts: Record<string, LibvirtInFolder>;
  /** The option that names the configuration. */
  ssh: string[];
  /** A file for a state. */
  file(name: string, text: string): string;
  remove(): void;
}

export async function namedHosts(names: readonly string[], programs: Record<string, string> = {}): Promise<NamedHosts> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-hosts-"));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const hosts: Record<string, LibvirtInFolder> = {};
  for (const name of names) hosts[name] = await libvirtInFolder(programs);
  const known = Object.values(hosts).map(({ scripted }) => `[127.0.0.1]:${scripted.args.port} ${scripted.publicKey}\n`);
  const sections = Object.entries(hosts).map(
    ([name, { scripted }]) => `Host ${name}\n  HostName 127.0.0.1\n  Port ${scripted.args.port}\n`,
  );
  const common = `Host *\n  IdentityFile ${file("key", clientKey.private)}\n  UserKnownHostsFile ${file("known", known.join(""))}\n`;
  const config = file("config", `${sections.join("")}${common}`);
  return { hosts, ssh: ["-F", config], file, remove: () => rmSync(folder, { recursive: true }) };
}
