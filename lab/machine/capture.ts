/** Packet captures on the lab's bridge, by tcpdump. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { bridge } from "./network";
import { type PortRange, snapLength, type TcpConnection, tcpConnections } from "./pcap";
import { inNamespace } from "./ssh";

/** QEMU's ports for migrations, as libvirt gives them out. @see https://libvirt.org/migration.html#migration-uris */
const migrationPorts: PortRange = { from: 49152, to: 49215 };

export interface Capture {
  /**
   * Stops recording; again is fine.
   *
   * @returns the connections that were opened since it started
   * @throws Error when tcpdump could not keep up, since what was missed may be what a test looks for
   */
  stop(): Promise<TcpConnection[]>;
}

/**
 * Starts recording packets of these TCP ports; by default QEMU's for migrations. It records when this returns.
 *
 * @throws Error with tcpdump's message when it does not start
 */
export async function startCapture(lab: string, ports: PortRange = migrationPorts): Promise<Capture> {
  const filter = `tcp portrange ${ports.from}-${ports.to}`;
  // A bridge copies what it forwards to its own device while that is in promiscuous mode.
  const options = ["-i", bridge, "-n", "-U", "--immediate-mode", "-B", "32768", "-s", String(snapLength), "-w", "-"];
  const [program = "", ...args] = inNamespace(lab, ["tcpdump", ...options, filter]);
  const tcpdump = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  let said = "";
  tcpdump.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = once(tcpdump, "close");
  await new Promise<void>((resolve, reject) => {
    tcpdump.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("listening on")) resolve();
    });
    const fail = () => reject(new Error(`tcpdump did not start: ${said.trim()}`));
    ended.then(fail, reject);
  });
  return {
    async stop() {
      tcpdump.kill("SIGINT");
      await ended;
      const dropped = Number(/^(\d+) packets? dropped by kernel/m.exec(said)?.[1]);
      if (dropped !== 0) throw new Error(`tcpdump did not see everything: ${said.trim()}`);
      return tcpConnections(Buffer.concat(chunks), ports);
    },
  };
}
