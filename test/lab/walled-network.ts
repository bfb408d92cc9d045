/**
 * Hosts that are a network namespace each, with nftables of this machine's kernel: that of the lab's hosts, User-Mode Linux,
 * has no tables of the families ip, ip6 and inet. They are asked by a scripted SSH server whose shell runs in the namespace.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectionArgs } from "../../provider/host/connection-args";
import { programmedHost } from "../protocol/programmed-host";

export interface WalledHost {
  args: ConnectionArgs & { hostKey: string };
  /** Runs a command in the namespace, with the folder of the host's files as `$HERE`. @returns what it prints */
  run(script: string): string;
  /** The file that nftables.service loads. */
  rules(text?: string): string;
  /** Of each port of another host, whether a connection to it is accepted. */
  reaches(to: WalledHost, ports: readonly number[]): boolean[];
  address: string;
}

/** What systemctl of Debian 12 answers where nftables.service loads its file at boot, and firewalld is not installed. */
const systemctl = `#!/bin/sh
case "$*" in
  *firewalld*) exit 3 ;;
  show*) echo "{ path=/usr/sbin/nft ; argv[]=/usr/sbin/nft -f $HERE/nftables.conf ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }" ;;
  *) [ ! -e "$HERE/disabled" ] ;;
esac
`;

/** libvirt's port of TLS, and the first and the last one of QEMU's. Something listens there on each host. */
export const openPorts = [16_514, 49_152, 49_215];

/** QEMU and libvirt, as far as a packet filter sees them. */
const listener = `for (const port of ${JSON.stringify(openPorts)}) require("node:net").createServer((one) => one.end()).listen(port, () => console.log(port));`;

export class WalledNetwork {
  private readonly holders: ChildProcess[] = [];
  private readonly hosts: string[] = [];

  /** Each reaches each other one; the first one is where all cables end. */
  async add(rules: string): Promise<WalledHost> {
    const number = this.hosts.length + 1;
    const address = `10.88.0.${number}`;
    const pid = await this.namespace();
    const inside = ["nsenter", "--target", pid, "--net", "--"];
    const ip = (words: string, ...of: string[]) => execFileSync(of[0] ?? "ip", [...of.slice(1), ...words.split(" ")]);
    const here = (words: string) => ip(words, ...inside, "ip");
    here("link set lo up");
    const [hub] = this.hosts;
    if (hub === undefined) {
      here("link add cable0 type bridge");
    } else {
      here(`link add cable0 type veth peer name cable${number} netns ${hub}`);
      ip(`link set cable${number} master cable0 up`, "nsenter", "--target", hub, "--net", "--", "ip");
    }
    here(`address add ${address}/24 dev cable0`);
    here("link set cable0 up");
    this.hosts.push(pid);

    const { scripted, folder } = await programmedHost({ systemctl }, { "nftables.conf": rules }, (command, own) =>
      [...inside, "sh", "-c", command.replaceAll(/\/(run|var\/lib)\/pulumi-kvm-live/g, join(own, "kept"))]
        .map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
        .join(" "),
    );
    const env = { ...process.env, HERE: folder };
    const listening = spawn(inside[0] as string, [...inside.slice(1), process.execPath, "-e", listener], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.holders.push(listening);
    await once(listening.stdout, "data");

    const sshConfig = join(folder, "ssh_config");
    const { port, address: loopback, ...login } = scripted.args;
    writeFileSync(sshConfig, `Host ${address}\n  HostName ${loopback}\n  Port ${port}\n`);
    const file = join(folder, "nftables.conf");
    return {
      address,
      args: { ...login, hostKey: scripted.publicKey, address, sshConfig },
      run: (script) =>
        execFileSync(inside[0] as string, [...inside.slice(1), "sh", "-ec", script], { env, encoding: "utf8" }),
      rules(text) {
        if (text !== undefined) writeFileSync(file, text);
        return readFileSync(file, "utf8");
      },
      reaches(to, ports) {
        const connecting = `for port; do (timeout 2 bash -c ': < "/dev/tcp/$0/$1"' ${to.address} "$port" 2> /dev/null && echo "$port") & done; wait`;
        const words = ["sh", "-c", connecting, "sh", ...ports.map(String)];
        const reached = execFileSync(inside[0] as string, [...inside.slice(1), ...words], { encoding: "utf8" });
        return ports.map((port) => reached.split("\n").includes(String(port)));
      },
    };
  }

  /** @returns the id of a process that is alone in it */
  private async namespace(): Promise<string> {
    const holder = spawn("unshare", ["--net", "sh", "-c", "echo in; exec sleep infinity"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.holders.push(holder);
    await once(holder.stdout, "data");
    return String(holder.pid);
  }

  async end(): Promise<void> {
    const ended = this.holders.map((holder) => once(holder, "exit"));
    for (const holder of this.holders) holder.kill("SIGKILL");
    await Promise.all(ended);
  }
}
