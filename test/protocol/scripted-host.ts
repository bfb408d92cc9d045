/** The project's one test double: a real SSH server in this process, whose answers are scripted. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AuthContext, type Connection, Server, type ServerChannel } from "ssh2";
import type { ConnectionArgs } from "../../provider/host/connection-args";
import { loginShellProbe } from "../../provider/host/login-shell";

export interface Script {
  /** Whom to let in; everybody by default. */
  login?: (attempt: AuthContext) => boolean;
  /** What the question for the login shell's quotes does; a real shell answers it by default, and it is not recorded. */
  loginShell?: (command: string, channel: ServerChannel) => void;
  /** What a command does; a real shell of this machine runs it by default. */
  run?: (command: string, channel: ServerChannel, connection: Connection) => void;
  /** Breaks the connection when a command comes, before saying that it will be run. */
  cutOnCommand?: boolean;
  /** Lets in, answers keepalives, and nothing that is asked for after it. */
  isMute?: boolean;
}

/** A key that every scripted host lets in. */
export const clientKey = makeKey();

/** Stands in scripted answers for the line that a command asks for between the parts of its answer. */
export const separatorLine = "= separator =";

/** @param command that names the line */
export const withSeparator = (command: string, answer: string): string =>
  answer.replaceAll(separatorLine, /(=[0-9a-f-]{36}=)/.exec(command.replaceAll("'", " "))?.[1] ?? separatorLine);

export class ScriptedHost {
  /** Command lines in the order in which they came. */
  readonly commands: string[] = [];
  /** TCP connections that were made, whatever became of them. */
  connections = 0;
  /** Of connections that have ended. */
  private closedBytes = 0;
  private readonly open = new Set<Connection>();
  private readonly closeProxies: (() => void)[] = [];
  private static readonly started = new Set<ScriptedHost>();

  private constructor(
    private readonly server: Server,
    readonly publicKey: string,
  ) {}

  static async start({
    login = () => true,
    loginShell = inRealShell,
    run = inRealShell,
    cutOnCommand = false,
    isMute = false,
  }: Script = {}): Promise<ScriptedHost> {
    const key = makeKey();
    const server = new Server({ hostKeys: [key.private] });
    const host = new ScriptedHost(server, key.public);
    ScriptedHost.started.add(host);
    server.on("connection", (connection) => {
      host.connections += 1;
      host.open.add(connection);
      connection.on("close", () => {
        host.closedBytes += bytesOf(connection);
        host.open.delete(connection);
      });
      connection.on("error", () => {}); // a client that hangs up is part of many tests
      connection.on("authentication", (attempt) => (login(attempt) ? attempt.accept() : attempt.reject()));
      connection.on(
        "openssh.streamlocal",
        (accept, reject, { socketPath }) => isMute || forward(connect(socketPath), accept, reject),
      );
      connection.on(
        "tcpip",
        (accept, reject, { destIP, destPort }) => isMute || forward(connect(destPort, destIP), accept, reject),
      );
      connection.on("session", (acceptSession) => {
        if (isMute) return;
        acceptSession().on("exec", (accept, _reject, { command }) => {
          if (command === loginShellProbe) return loginShell(command, accept());
          host.commands.push(command);
          if (cutOnCommand) destroySocket(connection);
          else run(command, accept(), connection);
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return host;
  }

  /** How to get in. */
  get args(): ConnectionArgs {
    const { port } = this.server.address() as AddressInfo;
    const loginWith = { privateKey: clientKey.private, agent: false as const, connectTimeoutSeconds: 5 };
    return { address: "127.0.0.1", port, hostKey: this.publicKey, sshConfig: false, ...loginWith };
  }

  /** Bytes that have crossed the network, in both directions. */
  get bytes(): number {
    return [...this.open].reduce((sum, connection) => sum + bytesOf(connection), this.closedBytes);
  }

  /** Cuts all connections without a word. */
  cut(): void {
    for (const connection of this.open) destroySocket(connection);
  }

  /** Ends all connections politely, and returns when the other side has left too. */
  async hangUp(): Promise<void> {
    const left = [...this.open].map((connection) => once(connection, "close"));
    for (const connection of this.open) connection.end();
    await Promise.all(left);
  }

  /**
   * Another way in: as to a host whose end nobody hears of, and which says nothing at all any more once it has lost its
   * power.
   */
  async behindMortalPort(): Promise<{ args: ConnectionArgs; losePower: () => void }> {
    const { args } = this;
    const sockets: Socket[] = [];
    const proxy = createServer({ allowHalfOpen: true }, (client) => {
      const host = connect({ port: args.port ?? 0, host: args.address, allowHalfOpen: true });
      for (const socket of [client, host]) sockets.push(socket.on("error", () => {}));
      client.on("data", (data) => host.write(data));
      host.on("data", (data) => client.write(data));
    });
    await new Promise<void>((resolve) => proxy.listen(0, args.address, resolve));
    this.closeProxies.push(() => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    });
    const losePower = () => {
      for (const socket of sockets) socket.pause();
    };
    return { args: { ...args, port: (proxy.address() as AddressInfo).port }, losePower };
  }

  async stop(): Promise<void> {
    ScriptedHost.started.delete(this);
    for (const close of this.closeProxies) close();
    this.cut();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** For afterEach: also what a failed test left running would keep jest from ending. */
  static async stopAll(): Promise<void> {
    for (const host of ScriptedHost.started) await host.stop();
  }
}

/** Answers a command with these words. */
export function answer(channel: ServerChannel, exitCode: number, stdout = "", stderr = ""): void {
  channel.stdout.write(stdout);
  channel.stderr.write(stderr);
  channel.exit(exitCode);
  channel.end();
}

export function destroySocket(connection: Connection): void {
  socketOf(connection).destroy();
}

/** ssh2 keeps it to itself. */
const socketOf = (connection: Connection) => (connection as unknown as { _sock: Socket })._sock;

const bytesOf = (connection: Connection): number => socketOf(connection).bytesRead + socketOf(connection).bytesWritten;

function inRealShell(command: string, channel: ServerChannel): void {
  runIn("sh", command, channel);
}

/** @param shell of this machine */
export function runIn(shell: string, command: string, channel: ServerChannel): void {
  const child = spawn(shell, ["-c", command]);
  channel.stdin.pipe(child.stdin);
  child.stdin.on("error", () => {}); // it need not read its input
  child.stdout.on("data", (data) => channel.stdout.write(data));
  child.stderr.on("data", (data) => channel.stderr.write(data));
  child.on("close", (code) => {
    channel.exit(code ?? 1);
    channel.end();
  });
}

/** As sshd does it: an open channel is an open socket. */
function forward(socket: Socket, accept: () => ServerChannel, reject: () => void): void {
  socket.on("error", reject); // does nothing once it is accepted
  socket.on("connect", () => {
    const channel = accept();
    channel.on("close", () => socket.destroy());
    socket.pipe(channel).pipe(socket);
  });
}

/** A shell that gets the first bytes of its input only; once it has ended, the connection breaks. */
export const hearingOnly =
  (bytes: number): NonNullable<Script["run"]> =>
  (command, channel, connection) => {
    const child = spawn("sh", ["-c", command]);
    channel.stdin.once("data", (data: Buffer) => child.stdin.end(data.subarray(0, bytes)));
    child.on("close", () => destroySocket(connection));
  };

/** A port where something listens that never says a word. */
export async function silentPort(): Promise<{ port: number; waiting: () => number; close: () => void }> {
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket
      .on("error", () => {})
      .on("close", () => clients.delete(socket))
      .resume(); // else no end is seen
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    for (const socket of clients) socket.destroy();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, waiting: () => clients.size, close };
}

/** By OpenSSH: of the keys that ssh2 makes, one in two hundred cannot be read, by OpenSSH neither. */
/** @param comment of both halves. @default none */
export function makeKey(comment = ""): { private: string; public: string } {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-key-"));
  const file = join(folder, "key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
  const [privateKey, publicKey] = [file, `${file}.pub`].map((path) => readFileSync(path, "utf8")) as [string, string];
  rmSync(folder, { recursive: true });
  return { private: privateKey, public: publicKey.trim() };
}
