/** A {@link Host} over SSH. */
import type { Duplex } from "node:stream";
import type { ClientChannel } from "ssh2";
import { unlessAborted } from "../util/signals";
import { quoteCommand } from "./command";
import { type ConnectionArgs, connectionSecrets, hostLabel } from "./connection-args";
import { CommandFailed, CommandTimedOut, HostUnreachable, SocketClosed, SudoRefused, ToolMissing } from "./errors";
import type { CommandResult, Conversation, Host, RunOptions } from "./host";
import { ConnectionPool } from "./pool";
import { redact } from "./redact";
import { NotStarted, type SshConnection } from "./ssh-connection";
import { debianPackageOf, missingTool } from "./tools";

const defaultTimeoutMs = 60_000;
/** How often a command that the host has not seen is sent again over a new connection. */
const maximumStarts = 3;

const sharedPool = new ConnectionPool();
/** Apart, so that conversations never keep commands waiting; sshd allows 10 sessions a connection (MaxSessions). */
const conversationPool = new ConnectionPool(8);
/** Connections on which sudo was found to work. */
const trustedBySudo = new WeakSet<SshConnection>();

/** Ends all connections of this process; commands that run end with ConnectionLost. */
export async function closeConnections(): Promise<void> {
  await Promise.all([sharedPool.closeAll(), conversationPool.closeAll()]);
}

export class SshHost implements Host {
  readonly label: string;
  private readonly usesSudo: boolean;

  constructor(private readonly args: ConnectionArgs) {
    this.label = hostLabel(args);
    this.usesSudo = args.sudo ?? (args.user ?? "root") !== "root";
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    const result = await this.tryRun(argv, options);
    if (result.exitCode !== 0) throw new CommandFailed(this.label, this.forMessages(result, options));
    return result;
  }

  async tryRun(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    const secrets = this.secrets(options);
    const shown = quoteCommand(argv.map((argument) => redact(argument, secrets)));
    const line = this.lineFor(argv);
    const { input, signal, timeoutMs = defaultTimeoutMs } = options;
    const start = performance.now();
    const sent = { timeoutMs, shown, ...(input !== undefined && { input }), ...(signal && { signal }) };
    const finished = await this.send((connection) => connection.exec(line, sent), signal);
    const result = { ...finished, command: shown, durationMs: Math.round(performance.now() - start) };
    const tool = missingTool(argv, result.exitCode, result.stderr);
    if (tool === undefined) return result;
    throw new ToolMissing(this.label, this.forMessages(result, options), tool, debianPackageOf(tool));
  }

  converse(argv: readonly string[], what: string, signal?: AbortSignal): Promise<Conversation> {
    const line = this.lineFor(argv);
    return new Promise((resolve, reject) => {
      const untilItsEnd = async (connection: SshConnection) => {
        const conversation = await connection.converse(line, what);
        resolve(conversation);
        await conversation.ended;
      };
      this.send(untilItsEnd, signal, conversationPool).catch(reject);
    });
  }

  openSocket(path: string, what: string, signal?: AbortSignal): Promise<Duplex> {
    const opening = new Promise<Duplex>((resolve, reject) => {
      const untilItsEnd = async (connection: SshConnection) => {
        const stream = await (this.usesSudo
          ? this.openBySocat(connection, path, what, signal)
          : connection.openSocket(path, what));
        const closed = new Promise((end) => stream.once("close", end));
        if (signal?.aborted) stream.resume().destroy(); // nobody waits for it any more
        resolve(stream);
        await closed;
      };
      this.send(untilItsEnd, signal, this.usesSudo ? conversationPool : sharedPool).catch(reject);
    });
    return unlessAborted(opening, signal);
  }

  /**
   * sshd forwards as the user who logs in, and root's sockets are open to root only. Without connect-timeout socat waits
   * for ever, even after we have left, when too many wait already: with it that is an error at once, as it is to sshd.
   */
  private openBySocat(
    connection: SshConnection,
    path: string,
    what: string,
    signal: AbortSignal | undefined,
  ): Promise<Duplex> {
    const argv = ["socat", "-d", "-d", "-", `UNIX-CONNECT:${socatQuoted(path)},connect-timeout=5`];
    const command = quoteCommand(argv);
    const start = performance.now();
    const ended = (exitCode: number | undefined, stderr: string) => {
      if (exitCode === undefined) return new NotStarted("the connection broke"); // opening again does no harm
      const tool = missingTool(argv, exitCode, stderr);
      if (tool === undefined)
        return new SocketClosed(this.label, what, path, / E (.*)/.exec(stderr)?.[1] ?? stderr.trim());
      const result = { command, exitCode, stdout: "", stderr, durationMs: Math.round(performance.now() - start) };
      return new ToolMissing(this.label, result, tool, debianPackageOf(tool));
    };
    const timedOut = () => new CommandTimedOut(this.label, command, defaultTimeoutMs);
    return connection.start(this.lineFor(argv), what, (channel) =>
      socatConnected(channel, { ended, timedOut }, signal),
    );
  }

  private lineFor(argv: readonly string[]): string {
    return quoteCommand([...(this.usesSudo ? ["sudo", "-n", "--"] : []), "env", "LC_ALL=C", ...argv]);
  }

  /** A command that the host has seen is never sent again: it may have run. */
  private async send<T>(
    work: (connection: SshConnection) => Promise<T>,
    signal?: AbortSignal,
    pool = sharedPool,
  ): Promise<T> {
    let reason = "";
    for (let start = 0; start < maximumStarts; start++) {
      try {
        const afterSudo = async (connection: SshConnection) => {
          if (this.usesSudo) await this.checkSudo(connection);
          return work(connection);
        };
        return await pool.use(this.args, afterSudo, signal);
      } catch (error) {
        if (!(error instanceof NotStarted)) throw error;
        reason = error.message;
      }
    }
    throw new HostUnreachable(this.label, reason);
  }

  /** Asked before the first command, so that sudo's refusal is not mistaken for the command's own failure. */
  private async checkSudo(connection: SshConnection): Promise<void> {
    if (trustedBySudo.has(connection)) return;
    const shown = "sudo -n true";
    const { exitCode, stderr } = await connection.exec(shown, { timeoutMs: defaultTimeoutMs, shown });
    if (exitCode !== 0) throw new SudoRefused(this.label, stderr.trim().split("\n").at(-1) ?? "");
    trustedBySudo.add(connection);
  }

  private secrets({ secrets = [] }: RunOptions): string[] {
    return [...connectionSecrets(this.args), ...secrets];
  }

  private forMessages(result: CommandResult, options: RunOptions): CommandResult {
    const hide = (text: string) => redact(text, this.secrets(options));
    return { ...result, stdout: hide(result.stdout), stderr: hide(result.stderr) };
  }
}

/** Everything that means something to socat within an address. */
const socatQuoted = (path: string): string => path.replace(/[\\,:!"'()[\]{}]/g, "\\$&");

interface SocatErrors {
  /** Why socat is over before it has connected; without an exit code the connection broke. */
  ended: (exitCode: number | undefined, stderr: string) => Error;
  timedOut: () => Error;
}

/**
 * With `-d -d` socat says on stderr when it has connected. Its output is left to whoever gets the stream; but a channel
 * that is not read does not close.
 */
function socatConnected(
  channel: ClientChannel,
  { ended, timedOut }: SocatErrors,
  signal: AbortSignal | undefined,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let stderr = "";
    let exitCode: number | undefined;
    let isConnected = false;
    const stopWaiting = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    const giveUp = (error: Error) => {
      stopWaiting();
      reject(error);
      channel.close();
    };
    const timer = setTimeout(() => giveUp(timedOut()), defaultTimeoutMs);
    const onAbort = () => giveUp(signal?.reason as Error);
    signal?.addEventListener("abort", onAbort);
    channel.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-2000);
      if (isConnected || !stderr.includes("starting data transfer loop")) return;
      isConnected = true;
      stopWaiting();
      resolve(channel);
    });
    channel.stderr.on("end", () => {
      if (!isConnected) channel.resume();
    });
    channel.on("exit", (code: number | null) => {
      exitCode = code ?? -1;
    });
    channel.on("close", () => {
      stopWaiting();
      reject(ended(exitCode, stderr));
    });
    if (signal?.aborted) onAbort(); // while the host was asked
  });
}
