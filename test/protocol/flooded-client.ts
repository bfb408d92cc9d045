/** Asks hosts that send without end, whose connections come on standard input, and prints what became of it. */
import { readFileSync } from "node:fs";
import type { ConnectionArgs } from "../../provider/host/connection-args";
import { closeConnections, SshHost } from "../../provider/host/ssh-host";

async function main(): Promise<void> {
  const hosts = JSON.parse(readFileSync(0, "utf8")) as ConnectionArgs[];
  let peak = 0;
  const meter = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  const before = process.memoryUsage().rss;
  const ends = await Promise.allSettled(hosts.map((args) => new SshHost(args).run(["cat", "/dev/zero"])));
  clearInterval(meter);
  await closeConnections();
  const errors = ends.map((end) => (end.status === "rejected" ? (end.reason as Error).name : "none"));
  console.log(JSON.stringify({ errors, before, peak }));
}

void main();
