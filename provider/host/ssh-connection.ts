/** The one door to ssh2: one SSH connection, commands on it, streams through it. */
import { once } from "node:events";
import { connect, Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  type AnyAuthMethod,
  Client,
  type ClientCallback,
  type ClientChannel,
  type ConnectConfig,
  OpenSSHAgent,
  type ParsedKey,
  type ServerHostKeyAlgorithm,
  utils,
} from "ssh2";
import { limitConcurrency } from "../util/policy";
import { unlessAborted, withDeadline } from "../util/signals";
import { type ExecResult, outputOf } from "./command-output";
import { hostLabel } from "./connection-args";
import { LineConversation } from "./conversation";
import { type Credential, credentialsFor } from "./credentials";
import { CommandTimedOut, ConnectionLost, CredentialUnusable, HostUnreachable, NoAnswer, SocketClosed } from "./errors";
import { keyAlgorithms } from "./host-key";
import { loginError } from "./login-error";
import { NotStarted } from "./not-started";
import type { Reach } from "./reach";
import { type Trust, trustFor } from "./trust";

export interface ExecOptions {
  /** For standard input; closed at once without it. */
  input?: string | Uint8Array;
  timeoutMs: number;
  signal?: AbortSignal;
  /** The command as messages show it, without secrets. */
  shown: string;
}

/** sshd allows 10 sessions a connection (MaxSessions); some are left for tunnels to hosts behind this one. */
const maximumSessions = 8;
/** A connection is given up after 3 unanswered probes: 30 s, so that a broken one never hangs an operation. */
const keepalive = { keepaliveInterval: 10_000, keepaliveCountMax: 3 };
/** How long a host has to agree to the end of a connection: one that has lost its power never answers. */
const closeTimeoutMs = 2000;

/** How long a host has to accept a channel and what is to run in it. */
const acceptTimeoutMs = 60_000;
const connectTimeoutMs = (seconds = 30) => seconds * 1000;

/** ssh2 gives in `reason` the code with which the host refused a channel: none when the host did not answer. */
type ForwardError = Error & { reason?: number };

export class SshConnection {
  private readonly inTurn = limitConcurrency(maximumSessions);
  private reason = "closed";
  isOpen = true;
  /** Settles when it is no longer open, for whatever reason. */
  readonly closed: Promise<void>;

  private constructor(
    private readonly client: Client,
    private readonly stream: Duplex,
    private readonly host: string,
  ) {
    client.on("error", (error) => {
      this.reason = error.message;
      this.close();
    });
    client.on("end", () => this.close());
    this.closed = new Promise((resolve) => {
      client.on("close", () => {
        this.isOpen = false;
        resolve();
      });
    });
  }

  /**
   * @param signal ends the attempt
   * @param through a connection to the host on the way, if there is one
   * @throws CredentialUnusable, HostKeyRefused, LoginRefused or HostUnreachable
   */
  static async open(args: Reach, signal: AbortSignal, through?: SshConnection): Promise<SshConnection> {
    const host = hostLabel(args);
    const credentials = await credentialsFor(args);
    const methods = credentials.flatMap((credential) => authMethod(args, credential));
    const trust = await trustFor(args);
    const stream = through ? await through.tunnel(args, signal) : connect(args.port ?? 22, args.address);
    let refusal: Error | undefined;
    const hostVerifier = (key: Buffer) => {
      refusal = trust.refusal(key);
      return refusal === undefined;
    };
    const client = new Client();
    try {
      await login(client, { ...config(args, trust), hostVerifier, authHandler: methods, sock: stream }, signal);
    } catch (error) {
      destroy(stream);
      throw (
        refusal ??
        loginError(
          host,
          error as Error,
          credentials.map(({ what }) => what),
        )
      );
    }
    return new SshConnection(client, stream, host);
  }

  /**
   * Runs one command line. Nothing is retried here: once the host has accepted it, it may have run.
   *
   * @throws NotStarted when the host has not seen it, ConnectionLost or CommandTimedOut when it may have run
   */
  exec(commandLine: string, { input, timeoutMs, signal, shown }: ExecOptions): Promise<ExecResult> {
    const timedOut = () => new CommandTimedOut(this.host, shown, timeoutMs);
    const lost = () => new ConnectionLost(this.host, shown, this.reason);
    return this.inTurn(async () => {
      signal?.throwIfAborted();
      return withDeadline({ timeoutMs, signal, timedOut }, (deadline) => {
        const options = { host: this.host, shown, input, signal: deadline, lost };
        return this.start(commandLine, shown, deadline, (channel) => outputOf(channel, options));
      });
    });
  }

  /**
   * Starts a command that is talked with; it takes one of the connection's sessions until it ends.
   *
   * @throws NotStarted when the host has not seen it, ConnectionLost or NoAnswer when it may have run
   */
  converse(commandLine: string, shown: string, signal?: AbortSignal): Promise<LineConversation> {
    const lost = () => new ConnectionLost(this.host, shown, this.reason);
    const options = { host: this.host, what: shown, lost };
    return this.untilAccepted(shown, signal, (deadline) =>
      this.start(commandLine, shown, deadline, (channel) => new LineConversation(channel, options)),
    );
  }

  /**
   * Opens a stream to a unix socket at the host. It takes none of the sessions that sshd counts.
   *
   * @throws NotStarted when the connection is broken, SocketClosed when the host refuses
   */
  openSocket(path: string, shown: string, signal?: AbortSignal): Promise<Duplex> {
    const open = (opened: ClientCallback) => this.client.openssh_forwardOutStreamLocal(path, opened);
    const explained = ({ reason, message }: ForwardError) =>
      reason === undefined
        ? new NotStarted(message)
        : new SocketClosed(this.host, shown, path, message.replace(/^\(SSH\) /, ""));
    return this.untilAccepted(shown, signal, (deadline) => this.forward(open, explained, deadline));
  }

  /** Ends it as SSH does, and anyway two seconds later. Commands that run end with ConnectionLost. */
  close(): void {
    this.isOpen = false;
    this.client.end();
    const timer = setTimeout(() => destroy(this.stream), closeTimeoutMs).unref();
    void this.closed.then(() => clearTimeout(timer));
  }

  /**
   * Starts a command and gives its channel to `listen`.
   *
   * ssh2 answers once the host has agreed to run the command. A connection that breaks before may have carried the
   * request already, so only a refusal, or a connection that was closed from the start, means that nothing has run.
   *
   * The channel is listened to within that answer: the end of a quick command can be in the same packet.
   */
  start<T>(
    commandLine: string,
    shown: string,
    signal: AbortSignal,
    listen: (channel: ClientChannel) => T | Promise<T>,
  ): Promise<T> {
    const started = new Promise<T>((resolve, reject) => {
      const notStarted = (reason: string) => reject(new NotStarted(reason));
      if (!this.isOpen) return notStarted(this.reason);
      const onClose = () => reject(new ConnectionLost(this.host, shown, this.reason));
      this.client.once("close", onClose);
      try {
        this.client.exec(commandLine, (error, channel) => {
          if (!this.isOpen) return; // onClose tells
          this.client.off("close", onClose);
          if (error) notStarted(error.message);
          else if (signal.aborted)
            channel.on("error", () => {}).close(); // nobody waits for it any more
          else resolve(listen(channel));
        });
      } catch (error) {
        this.client.off("close", onClose);
        this.isOpen = false; // ssh2 throws "Not connected" when it has noticed before it said so
        notStarted((error as Error).message);
      }
    });
    return unlessAborted(started, signal);
  }

  /** A host may take the connection and never answer what is asked over it. */
  private untilAccepted<T>(
    what: string,
    signal: AbortSignal | undefined,
    open: (deadline: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const timedOut = () => new NoAnswer(this.host, what, acceptTimeoutMs);
    return withDeadline({ timeoutMs: acceptTimeoutMs, signal, timedOut }, open);
  }

  private tunnel({ address, port = 22, connectTimeoutSeconds }: Reach, signal: AbortSignal): Promise<Duplex> {
    const what = `${address}:${port} through ${this.host}`;
    const open = (opened: ClientCallback) => this.client.forwardOut("127.0.0.1", 0, address, port, opened);
    const explained = ({ message }: ForwardError) => new HostUnreachable(what, message);
    const timeoutMs = connectTimeoutMs(connectTimeoutSeconds);
    const timedOut = () => new HostUnreachable(what, `no answer within ${timeoutMs / 1000} s`);
    return withDeadline({ timeoutMs, signal, timedOut }, (deadline) => this.forward(open, explained, deadline));
  }

  private forward(
    open: (opened: ClientCallback) => void,
    explained: (error: ForwardError) => Error,
    signal: AbortSignal,
  ): Promise<Duplex> {
    const opening = new Promise<Duplex>((resolve, reject) => {
      if (!this.isOpen) throw new Error(this.reason);
      open((error, channel) => (error ? reject(error) : resolve(channel)));
    }).catch((error: ForwardError) => {
      if (error.reason === undefined) this.isOpen = false; // ssh2 throws "Not connected" when it has noticed before it said so
      throw explained(error);
    });
    const leave = (stream: Duplex) => signal.aborted && stream.on("error", () => {}).destroy();
    void opening.then(leave, () => {});
    return unlessAborted(opening, signal);
  }
}

function config(args: Reach, trust: Trust): ConnectConfig {
  return {
    username: args.user ?? "root",
    readyTimeout: connectTimeoutMs(args.connectTimeoutSeconds),
    ...keepalive,
    algorithms: { serverHostKey: keyAlgorithms(trust.types) as ServerHostKeyAlgorithm[] },
  };
}

/** @returns no method for a key that was only found by looking around and cannot be used */
function authMethod(args: Reach, { what, key, agent, only, optional }: Credential): AnyAuthMethod[] {
  const username = args.user ?? "root";
  if (agent !== undefined) return [{ type: "agent", username, agent: only ? new SomeOfAgent(agent, only) : agent }];
  const parsed = utils.parseKey(key ?? "", args.passphrase);
  if (!(parsed instanceof Error) && parsed.isPrivateKey())
    return [{ type: "publickey", username, key: key ?? "", ...(args.passphrase && { passphrase: args.passphrase }) }];
  if (optional) return [];
  const reason = parsed instanceof Error ? parsed.message : "it is a public key";
  throw new CredentialUnusable(
    hostLabel(args),
    what,
    reason,
    "Use a private key in a format of OpenSSH, and set passphrase if it has one.",
  );
}

/** An agent that shows some of its keys only: sshd ends a login after a few that it does not know. */
class SomeOfAgent extends OpenSSHAgent {
  constructor(
    socket: string,
    private readonly only: readonly string[],
  ) {
    super(socket);
  }

  override getIdentities(callback: Parameters<OpenSSHAgent["getIdentities"]>[0]): void {
    super.getIdentities((error, keys = []) => {
      const isShown = (key: ParsedKey) => this.only.includes(key.getPublicSSH().toString("base64"));
      callback(error, (keys as ParsedKey[]).filter(isShown));
    });
  }
}

async function login(client: Client, settings: ConnectConfig, signal: AbortSignal): Promise<void> {
  try {
    const ready = once(client, "ready", { signal });
    client.connect(settings);
    await ready;
  } catch (error) {
    client.on("error", () => {}); // what follows the first error adds nothing, and would end the process
    throw error;
  }
}

/** `Client.destroy` does nothing once the stream has been ended, and ssh2's channels wait until the host agrees. */
function destroy(stream: Duplex): void {
  stream.destroy();
  if (!(stream instanceof Socket)) stream.emit("close");
}
