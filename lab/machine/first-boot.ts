/** The archive that makes one host out of the common image: it is unpacked at the first boot. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gatewayAddress, type HostSpec, hostSpecs, prefixLength } from "../hosts";
import { run } from "../process";
import { clientKeyFile, hostKeyFile, publicKey } from "./keys";
import { firstBootArchive, type Machine } from "./uml";

interface HostFile {
  path: string;
  content: string;
  mode: number;
}

export async function writeFirstBootArchive(machine: Machine): Promise<void> {
  const tree = join(machine.folder, "first-boot");
  const files = hostFiles(machine.spec);
  rmSync(tree, { recursive: true, force: true });
  for (const { path, content, mode } of files) {
    mkdirSync(dirname(join(tree, path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(tree, path), content, { mode });
    chmodSync(join(tree, path), mode); // whatever the umask is
  }
  // Only files are named, so that the host's own directories keep their owners and modes.
  const names = files.map(({ path }) => path);
  await run([
    "tar",
    "--create",
    `--file=${firstBootArchive(machine)}`,
    "--owner=root:0",
    "--group=root:0",
    "-C",
    tree,
    ...names,
  ]);
  rmSync(tree, { recursive: true });
}

function hostFiles(spec: HostSpec): HostFile[] {
  const { name, address } = spec;
  // A name that resolves to 127.0.1.1, as Debian's installer writes it, would make libvirt refuse incoming migrations.
  const hosts = hostSpecs.map((host) => `${host.address} ${host.name}`);
  const network = [
    "hostname --file /etc/hostname",
    "ip link set lo up",
    `ip address add ${address}/${prefixLength} dev vec0`,
    "ip link set vec0 up",
    `ip route add default via ${gatewayAddress}`,
  ];
  return [
    { path: "etc/hostname", content: `${name}\n`, mode: 0o644 },
    { path: "etc/hosts", content: lines(["127.0.0.1 localhost", "::1 localhost", ...hosts]), mode: 0o644 },
    { path: "etc/lab/network", content: lines(network), mode: 0o644 },
    { path: "etc/ssh/ssh_host_ed25519_key", content: readFileSync(hostKeyFile(name), "utf8"), mode: 0o600 },
    { path: "etc/ssh/ssh_host_ed25519_key.pub", content: `${publicKey(hostKeyFile(name))}\n`, mode: 0o644 },
    { path: "root/.ssh/authorized_keys", content: `${publicKey(clientKeyFile())}\n`, mode: 0o600 },
  ];
}

const lines = (all: readonly string[]) => `${all.join("\n")}\n`;
