/** The far end of QMP for tests: unix sockets of this machine that say what is scripted, and a way to them. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { ServerChannel } from "ssh2";
import { answer } from "./scripted-host";

export interface Request {
  execute: string;
  arguments?: Record<string, unknown>;
  id: number;
}

/** What a command is answered with: lines, in which `id` is the request's; nothing is silence. */
type Replies = (request: Request, client: Socket) => object[];

const greeting = { QMP: { version: { qemu: { micro: 22, minor: 2, major: 7 } }, capabilities: ["oob"] } };
export const event = (name: string) => ({ timestamp: { seconds: 1, microseconds: 2 }, event: name, data: { id: 7 } });
export const ok = ({ id }: Request, value: unknown = {}) => ({ return: value, id });

/** A monitor as QEMU has it: one client is served at a time, the next is connected and hears nothing until then. */
export class Monitor {
  readonly requests: Request[] = [];
  clients = 0;
  private static readonly started = new Set<Monitor>();
  private readonly queue: Socket[] = [];

  private constructor(
    readonly path: string,
    private readonly replies: Replies,
    private readonly server: Server,
  ) {}

  static async listen(path: string, replies: Replies = (request) => [ok(request)]): Promise<Monitor> {
    const server = createServer();
    const monitor = new Monitor(path, replies, server);
    server.on("connection", (client) => monitor.welcome(client));
    server.listen(monitor.path);
    await once(server, "listening");
    Monitor.started.add(monitor);
    return monitor;
  }

  /** For afterEach. */
  static stopAll(): void {
    for (const monitor of Monitor.started) {
      for (const client of monitor.queue) client.destroy();
      monitor.server.close();
    }
    Monitor.started.clear();
  }

  private welcome(client: Socket): void {
    this.clients += 1;
    this.queue.push(client);
    client.on("error", () => {}).resume(); // else no end is seen
    client.on("close", () => {
      this.clients -= 1;
      const wasServed = this.queue[0] === client;
      this.queue.splice(this.queue.indexOf(client), 1);
      if (wasServed) this.serve(this.queue[0]);
    });
    if (this.queue.length === 1) this.serve(client);
  }

  private serve(client: Socket | undefined): void {
    if (!client) return;
    const say = (message: object) => client.write(`${JSON.stringify(message)}\r\n`);
    say(greeting);
    let rest = "";
    client.on("data", (data) => {
      const lines = (rest + data).split("\n");
      rest = lines.pop() ?? "";
      for (const request of lines.map((line) => JSON.parse(line) as Request)) {
        this.requests.push(request);
        const isFirst = request.execute === "qmp_capabilities";
        for (const reply of isFirst ? [ok(request)] : this.replies(request, client)) say(reply);
      }
    });
  }
}

/** What socat does and says after `-d -d`. */
export function socat(address: string, channel: ServerChannel): void {
  const say = (text: string) => channel.stderr.write(`2026/01/31 12:00:00 socat[4711] ${text}\n`);
  const path = address.replace(/^UNIX-CONNECT:|,connect-timeout=5$/g, "").replace(/\\(.)/g, "$1");
  say(`N opening connection to AF=1 "${path}"`);
  const socket = connect(path);
  socket.on("error", (error) => {
    say(`E connect(5, AF=1 "${path}", 30): ${error.message}`);
    answer(channel, 1);
  });
  socket.on("connect", () => {
    say("N starting data transfer loop with FDs [0,1] and [5,5]");
    socket.on("data", (data) => channel.write(data)).on("end", () => answer(channel, 0));
    channel.on("data", (data: Buffer) => socket.write(data)).on("close", () => socket.destroy());
  });
}
