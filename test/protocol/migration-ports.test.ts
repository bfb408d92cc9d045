/** Ports of migrations, tried by real listeners and connections of this machine. */
import { createServer, type Server } from "node:net";
import { SshHost } from "../../provider/host/ssh-host";
import type { Candidate } from "../../provider/placement/observe/candidate";
import { portFindings } from "../../provider/placement/preflight/migration-ports";
import { programmedHost, stopProgrammedHosts } from "./programmed-host";
import { ScriptedHost } from "./scripted-host";

const servers: Server[] = [];
afterEach(async () => {
  await stopProgrammedHosts();
  for (const server of servers.splice(0)) server.close();
});

/** Above the ports that the kernel gives out. */
const range = { lowest: 62_301, highest: 62_303 };

const takePort = (port: number) =>
  new Promise<void>((resolve) => servers.push(createServer().listen(port, "127.0.0.1", resolve)));

let tries = 0;

async function found(address: string, ports: Partial<typeof range> = {}, scripted?: ScriptedHost) {
  const host = new SshHost((scripted ?? (await ScriptedHost.start())).args);
  const limits = { maxOutgoingMigrations: 2, maxIncomingMigrations: 2 };
  // Another port each time, or an answer to the one before would do.
  const from: Candidate = { name: "hv-a", address: "192.0.2.11", port: ++tries, host, ...limits };
  const to: Candidate = { name: "hv-b", address, port: 22, host, ...limits };
  const setting = "migration_port_min and _max in qemu.conf";
  const stream = { address, listenAddress: "127.0.0.1", setting, ...range, ...ports };
  return portFindings(from, to, stream, new AbortController().signal);
}

test("a port that the source reaches is fine, and one that is taken is left alone", async () => {
  let isTouched = false;
  await takePort(range.highest);
  servers[0]?.on("connection", () => {
    isTouched = true;
  });
  expect(await found("127.0.0.1")).toEqual([]);
  expect(isTouched).toBe(false);
});

test("one that it does not reach is told with the port, the answer and the command for this peer only", async () => {
  const [finding, ...others] = await found("127.0.0.2");
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    code: "migration-ports-closed",
    hostName: "hv-b",
    subject: "migration_port_min and _max in qemu.conf",
    seen: expect.stringMatching(
      /^hv-a does not reach port 623\d\d of hv-b \(127\.0\.0\.2\): Connection refused, while something listened there for a try\. QEMU's stream takes a port of 62301-62303/,
    ),
    fix: expect.stringMatching(/for hv-a only: `.*192\.0\.2\.11.*62301[-:]62303.*`/),
  });
});

test("a connection that is reset once it is there has reached the port", async () => {
  const { scripted } = await programmedHost({
    bash: "#!/bin/sh\necho 'bash: connect: Connection reset by peer' >&2\nexit 1\n",
  });
  expect(await found("127.0.0.1", {}, scripted)).toEqual([]);
});

test("sources that try at once do so on a port each: a listener ends with the first that connects", async () => {
  const all = await Promise.all(Array.from({ length: 3 }, () => found("127.0.0.1")));
  expect(all).toEqual([[], [], []]);
});

test("where nothing can be tried, that is a finding", async () => {
  await takePort(range.lowest);
  expect(await found("127.0.0.1", { highest: range.lowest })).toEqual([
    expect.objectContaining({
      code: "migration-ports-untried",
      seen: expect.stringMatching(
        /^It is not known whether hv-a reaches the ports 62301 of hv-b .* ports are taken\.$/,
      ),
    }),
  ]);
});

test("guests of one run share an answer", async () => {
  const scripted = await ScriptedHost.start();
  const host = new SshHost(scripted.args);
  const one: Candidate = {
    ...{ name: "hv-a", address: "127.0.0.1", port: ++tries, host },
    ...{ maxOutgoingMigrations: 2, maxIncomingMigrations: 2 },
  };
  const stream = { address: "127.0.0.1", listenAddress: "127.0.0.1", setting: "", ...range };
  const ask = () => portFindings(one, one, stream, new AbortController().signal);
  await Promise.all([ask(), ask()]);
  await ask();
  expect(scripted.commands).toHaveLength(2);
});
