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
  type ServerHostKeyAlgorithm,
  utils,
} from "ssh2";
import { limitConcurrency } from "../util/policy";
import { type ConnectionArgs, hostLabel } from "./connection-args";
import { LineConversation } from "./conversation";
import { type Credential, credentialsFor } from "./credentials";
import {
  CommandTimedOut,
  ConnectionLost,
  CredentialUnusable,
  HostUnreachable,
  LoginRefused,
  SocketClosed,
} from "./errors";
import { type Trust, trustFor } from "./trust";

export interface ExecOptions {
  /** For standard input; closed at once without it. */
  input?: string | Uint8Array;
  timeoutMs: number;
  signal?: AbortSignal;
  /** The command as messages show it, without secrets. */
  shown: string;
}

export interface ExecResult {
  /** -1 when a signal ended the command. */
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** sshd allows 10 sessions a connection (MaxSessions); some are left for tunnels to hosts behind this one. */
const maximumSessions = 8;
/** A connection is given up after 3 unanswered probes: 30 s, so that a broken one never hangs an operation. */
const keepalive = { keepaliveInterval: 10_000, keepaliveCountMax: 3 };
/** How long a host has to agree to the end of a connection: one that has lost its power never answers. */
const closeTimeoutMs = 2000;

const keyTypes = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"];

/** ssh2 says in `level` at which stage it failed. */
type LoginError = Error & { level?: string };

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
  static async open(args: ConnectionArgs, signal: AbortSignal, through?: SshConnection): Promise<SshConnection> {
    const host = hostLabel(args);
    const credentials = await credentialsFor(args);
    const methods = credentials.flatMap((credential) => authMethod(args, credential));
    const trust = await trustFor(args);
    const { address, port = 22 } = args;
    const stream = through ? await through.tunnel(address, port) : connect(port, address);
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
      throw refusal ?? explain(host, error as LoginError, credentials);
    }
    return new SshConnection(client, stream, host);
  }

  /**
   * Runs one command line. Nothing is retried here: once the host has accepted it, it may have run.
   *
   * @throws NotStarted when the host has not seen it, ConnectionLost or CommandTimedOut when it may have run
   */
  exec(commandLine: string, options: ExecOptions): Promise<ExecResult> {
    return this.inTurn(async () => {
      options.signal?.throwIfAborted();
      return this.start(commandLine, options.shown, (channel) => this.collect(channel, options));
    });
  }

  /**
   * Starts a command that is talked with; it takes one of the connection's sessions until it ends.
   *
   * @throws NotStarted when the host has not seen it, ConnectionLost when it may have run
   */
  converse(commandLine: string, shown: string): Promise<LineConversation> {
    const lost = () => new ConnectionLost(this.host, shown, this.reason);
    return this.start(
      commandLine,
      shown,
      (channel) => new LineConversation(channel, { host: this.host, what: shown, lost }),
    );
  }

  /**
   * Opens a stream to a unix socket at the host. It takes none of the sessions that sshd counts.
   *
   * @throws NotStarted when the connection is broken, SocketClosed when the host refuses
   */
  openSocket(path: string, shown: string): Promise<Duplex> {
    return this.forward(
      (opened) => this.client.openssh_forwardOutStreamLocal(path, opened),
      ({ reason, message }) =>
        reason === undefined
          ? new NotStarted(message)
          : new SocketClosed(this.host, shown, path, message.replace(/^\(SSH\) /, "")),
    );
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
  start<T>(commandLine: string, shown: string, listen: (channel: ClientChannel) => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const notStarted = (reason: string) => reject(new NotStarted(reason));
      if (!this.isOpen) return notStarted(this.reason);
      const onClose = () => reject(new ConnectionLost(this.host, shown, this.reason));
      this.client.once("close", onClose);
      try {
        this.client.exec(commandLine, (error, channel) => {
          if (!this.isOpen) return; // onClose tells
          this.client.off("close", onClose);
          if (error) notStarted(error.message);
          else resolve(listen(channel));
        });
      } catch (error) {
        this.client.off("close", onClose);
        this.isOpen = false; // ssh2 throws "Not connected" when it has noticed before it said so
        notStarted((error as Error).message);
      }
    });
  }

  private collect(channel: ClientChannel, { input, timeoutMs, signal, shown }: ExecOptions): Promise<ExecResult> {
    return new Promise((resolve, reject) => {
      const output = { stdout: "", stderr: "" };
      let exitCode: number | undefined;
      const giveUp = (error: Error) => {
        reject(error);
        channel.close();
      };
      const timer = setTimeout(() => giveUp(new CommandTimedOut(this.host, shown, timeoutMs)), timeoutMs);
      const onAbort = () => giveUp(signal?.reason as Error);
      signal?.addEventListener("abort", onAbort);
      channel.setEncoding("utf8").on("data", (text: string) => {
        output.stdout += text;
      });
      channel.stderr.setEncoding("utf8").on("data", (text: string) => {
        output.stderr += text;
      });
      channel.on("exit", (code: number | null) => {
        exitCode = code ?? -1;
      });
      channel.on("close", () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        if (exitCode === undefined) reject(new ConnectionLost(this.host, shown, this.reason));
        else resolve({ exitCode, ...output });
      });
      channel.on("error", () => {}); // "close" follows and tells the rest
      if (signal?.aborted) onAbort(); // while the host was asked
      channel.end(input ?? "");
    });
  }

  private tunnel(address: string, port: number): Promise<Duplex> {
    return this.forward(
      (opened) => this.client.forwardOut("127.0.0.1", 0, address, port, opened),
      ({ message }) => new HostUnreachable(`${address}:${port} through ${this.host}`, message),
    );
  }

  private forward(open: (opened: ClientCallback) => void, explain: (error: ForwardError) => Error): Promise<Duplex> {
    return new Promise<Duplex>((resolve, reject) => {
      if (!this.isOpen) throw new Error(this.reason);
      open((error, channel) => (error ? reject(error) : resolve(channel)));
    }).catch((error: ForwardError) => {
      if (error.reason === undefined) this.isOpen = false; // ssh2 throws "Not connected" when it has noticed before it said so
      throw explain(error);
    });
  }
}

/** The host has not seen the command, so it can be sent again. */
export class NotStarted extends Error {}

function config(args: ConnectionArgs, trust: Trust): ConnectConfig {
  return {
    username: args.user ?? "root",
    readyTimeout: (args.connectTimeoutSeconds ?? 30) * 1000,
    ...keepalive,
    algorithms: { serverHostKey: keyAlgorithms(trust.types) },
  };
}

/** Those of known keys come first: a host has several keys, and shows the one of the first algorithm that it can do. */
function keyAlgorithms(knownTypes: readonly string[]): ServerHostKeyAlgorithm[] {
  const algorithmsOf = (type: string) => (type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type]);
  const known = knownTypes.filter((type) => keyTypes.includes(type));
  return [...new Set([...known, ...keyTypes].flatMap(algorithmsOf))] as ServerHostKeyAlgorithm[];
}

/** @returns no method for a key that was only found by looking around and cannot be used */
function authMethod(args: ConnectionArgs, { what, key, agent, optional }: Credential): AnyAuthMethod[] {
  const username = args.user ?? "root";
  if (agent !== undefined) return [{ type: "agent", username, agent }];
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

function explain(host: string, error: LoginError, credentials: readonly Credential[]): Error {
  const tried = credentials.map(({ what }) => what);
  return error.level === "client-authentication"
    ? new LoginRefused(host, tried)
    : new HostUnreachable(host, error.message, (error as NodeJS.ErrnoException).code === "ECONNREFUSED");
}
