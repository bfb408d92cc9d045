/** A {@link RemoteHost} over SSH. */
import type { Duplex } from "node:stream";
import { endOf } from "../util/printable";
import { unlessAborted, withDeadline } from "../util/signals";
import { quoteCommand } from "./command";
import { type ConnectionArgs, connectionSecrets, hostLabel } from "./connection-args";
import {
  CommandFailed,
  CommandTimedOut,
  ConfigUnusable,
  ConnectionLost,
  type HostError,
  HostUnreachable,
  LoginShellRefused,
  SocketClosed,
  SudoRefused,
  ToolMissing,
} from "./errors";
import type { CommandResult, Conversation, RemoteHost, RunOptions } from "./host";
import { loginShellProbe, passesArguments } from "./login-shell";
import { NotStarted } from "./not-started";
import { ConnectionPool } from "./pool";
import type { Reach, Resolved } from "./reach";
import { redact } from "./redact";
import { missingOnExitCode } from "./result";
import { socatArgv, socatConnected, socatReason } from "./socat";
import { SshConfigUnusable } from "./ssh-config";
import type { SshConnection } from "./ssh-connection";
import { debianPackageOf, missingTool } from "./tools";
import { reachOf } from "./user-config";

const defaultTimeoutMs = 60_000;
/** How long a busy host may take to start a shell, even for a command that must end sooner. */
const checkTimeoutMs = 10_000;
/** Attempts to send a command that the host has not seen, each over a new connection. */
const maximumStarts = 3;

const sharedPool = new ConnectionPool();
/** Separate, so that conversations never keep commands waiting; sshd allows 10 sessions per connection (MaxSessions). */
const conversationPool = new ConnectionPool(8);
/** Connections on which commands arrive as they are sent, and as root. */
const usable = new WeakSet<SshConnection>();

/** Ends all connections of this process; commands that run end with ConnectionLost. */
export async function closeConnections(): Promise<void> {
  await Promise.all([sharedPool.closeAll(), conversationPool.closeAll()]);
}

function reachOrReason(args: ConnectionArgs): Resolved & { reason?: string } {
  try {
    return reachOf(args);
  } catch (error) {
    if (!(error instanceof SshConfigUnusable)) throw error;
    return { reach: args, taken: [], reason: error.message };
  }
}

export class SshHost implements RemoteHost {
  readonly key: string;
  readonly label: string;
  readonly taken: readonly string[];
  private readonly usesSudo: boolean;
  private readonly args: Reach;
  /** Why the configuration of ssh cannot be used; said when the host is asked for something. */
  private readonly unusable: HostError | undefined;

  constructor(args: ConnectionArgs) {
    const { reach, taken, reason } = reachOrReason(args);
    this.args = reach;
    this.key = JSON.stringify(reach);
    this.label = hostLabel(reach);
    this.taken = taken.map(({ keyword, words, place }) => `${keyword} ${words.join(" ")} (${place})`);
    this.usesSudo = args.sudo ?? (reach.user ?? "root") !== "root";
    this.unusable = reason === undefined ? undefined : new ConfigUnusable(this.label, reason);
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
    const finished = await this.send((connection) => connection.exec(line, sent), signal, sharedPool, timeoutMs);
    const result = { ...finished, command: shown, durationMs: Math.round(performance.now() - start) };
    return missingOnExitCode(this.label, argv, result, (shown) => this.forMessages(shown, options));
  }

  converse(argv: readonly string[], what: string, signal?: AbortSignal): Promise<Conversation> {
    const line = this.lineFor(argv);
    const open = (connection: SshConnection) => connection.converse(line, what, signal);
    return this.keepOpen(open, (conversation) => conversation.ended, signal, conversationPool);
  }

  async openSocket(path: string, what: string, signal?: AbortSignal): Promise<Duplex> {
    const open = (connection: SshConnection) =>
      this.usesSudo ? this.openBySocat(connection, path, what, signal) : connection.openSocket(path, what, signal);
    const closed = (stream: Duplex) =>
      new Promise((resolve) => {
        stream.once("close", resolve);
        if (signal?.aborted) stream.resume().destroy(); // nobody waits for it any more
      });
    const opening = this.keepOpen(open, closed, signal, this.usesSudo ? conversationPool : sharedPool);
    return unlessAborted(opening, signal);
  }

  /** Opens something that uses the connection until it has ended: till then the pool does not close the connection. */
  private keepOpen<T>(
    open: (connection: SshConnection) => Promise<T>,
    ended: (opened: T) => Promise<unknown>,
    signal: AbortSignal | undefined,
    pool: ConnectionPool,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const work = async (connection: SshConnection) => {
        const opened = await open(connection);
        const end = ended(opened);
        resolve(opened);
        await end;
      };
      this.send(work, signal, pool).catch(reject);
    });
  }

  private openBySocat(
    connection: SshConnection,
    path: string,
    what: string,
    signal: AbortSignal | undefined,
  ): Promise<Duplex> {
    const argv = socatArgv(path);
    const command = quoteCommand(argv);
    const start = performance.now();
    const ended = (exitCode: number | undefined, stderr: string) => {
      if (exitCode === undefined) return new NotStarted("the connection broke"); // opening again does no harm
      const tool = missingTool(argv, exitCode, stderr);
      if (tool === undefined) return new SocketClosed(this.label, what, path, socatReason(stderr));
      const result = { command, exitCode, stdout: "", stderr, durationMs: Math.round(performance.now() - start) };
      return new ToolMissing(this.label, result, tool, debianPackageOf(tool));
    };
    const timedOut = () => new CommandTimedOut(this.label, command, defaultTimeoutMs);
    return withDeadline({ timeoutMs: defaultTimeoutMs, signal, timedOut }, (deadline) =>
      connection.start(this.lineFor(argv), what, deadline, (channel) =>
        socatConnected(channel, { ended, signal: deadline }),
      ),
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
    timeoutMs = checkTimeoutMs,
  ): Promise<T> {
    if (this.unusable) throw this.unusable;
    let reason = "";
    for (let start = 0; start < maximumStarts; start++) {
      try {
        const checked = async (connection: SshConnection) => {
          if (!usable.has(connection)) await this.check(connection, Math.max(timeoutMs, checkTimeoutMs), signal);
          return work(connection);
        };
        return await pool.use(this.args, checked, signal);
      } catch (error) {
        if (!(error instanceof NotStarted)) throw error;
        reason = error.message;
      }
    }
    throw new HostUnreachable(this.label, reason);
  }

  /** Before the first command, so that a refusal of the login shell or of sudo is not mistaken for its own failure. */
  private async check(connection: SshConnection, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const ask = (shown: string) =>
      connection.exec(shown, { timeoutMs, shown, ...(signal && { signal }) }).catch((error: unknown) => {
        throw error instanceof ConnectionLost ? new NotStarted("the connection broke") : error;
      });
    const probed = await ask(loginShellProbe);
    if (!passesArguments(probed)) throw new LoginShellRefused(this.label, endOf(`${probed.stdout}\n${probed.stderr}`));
    if (this.usesSudo) {
      const { exitCode, stderr } = await ask("sudo -n true");
      if (exitCode !== 0) throw new SudoRefused(this.label, stderr.trim().split("\n").at(-1) ?? "");
    }
    usable.add(connection);
  }

  private secrets({ secrets = [] }: RunOptions): string[] {
    return [...connectionSecrets(this.args), ...secrets];
  }

  private forMessages(result: CommandResult, options: RunOptions): CommandResult {
    const hide = (text: string) => redact(text, this.secrets(options));
    return { ...result, stdout: hide(result.stdout), stderr: hide(result.stderr) };
  }
}
