/** A lock of one thing at one host: a guest, or a part of the host itself, held by a shell there for as long as it hears from us. */

import type { Conversation, RemoteHost } from "../../host/host";
import { scriptFile } from "../../host/script";
import { oneLine } from "../../util/printable";

/** Time without a heartbeat after which the host releases the lock, in seconds. */
export const defaultLockTtlSeconds = 75;
/** Longer than it takes to notice a broken connection. */
const answerMs = 35_000;

export class AlreadyLocked extends Error {
  /** @param host where it was found, by the name that the program gave to it. @param holder who, and since when */
  constructor(
    name: string,
    host: string,
    readonly holder: string,
  ) {
    super(
      `${name} is locked by another run. The lock on ${host} is held by ${holder || "someone who has not said who it is"}.
Nothing was done. Run the same command again when that run has ended. If it was killed, it has ended; if it only lost its network, ${host} releases the lock after ${defaultLockTtlSeconds} s.`,
    );
    this.name = "AlreadyLocked";
  }
}

/**
 * The kernel drops the lock with the last descriptor of it: no child may have one, or it would outlive the shell. POSIX
 * shells read without a time limit, so a child under timeout(1) reads; sshd closes its input when the connection ends.
 * The file stays, since whoever unlinks it may unlink the one that somebody else has just locked.
 *
 * @see https://man7.org/linux/man-pages/man1/flock.1.html
 */
const holdLock = scriptFile(__dirname, "hold-lock.sh");

/** What is locked. */
export interface Locked {
  /** Name of the lock at each host, e.g. the guest's UUID. */
  id: string;
  /** A noun for messages. */
  name: string;
  /** How many may have it at a time. @default 1 */
  places?: number;
}

interface HostLockRequest {
  what: Locked;
  /** The host's name in the program. */
  name: string;
  host: RemoteHost;
  /** Who takes it, for others. */
  holder: string;
  lockTtlSeconds: number;
}

export class HostLock {
  private beats: NodeJS.Timeout | undefined;

  private constructor(
    private readonly request: HostLockRequest,
    private readonly conversation: Conversation,
  ) {}

  get name(): string {
    return this.request.name;
  }

  /** Reaches the host, and takes nothing yet. @throws HostError when it cannot be used */
  static async prepare(request: HostLockRequest, signal: AbortSignal): Promise<HostLock> {
    const { what, name, host, holder, lockTtlSeconds } = request;
    const argv = [
      "sh",
      "-c",
      holdLock,
      "sh",
      what.id,
      oneLine(holder),
      String(lockTtlSeconds),
      String(what.places ?? 1),
    ];
    return new HostLock(request, await host.converse(argv, `the lock of ${what.name} on ${name}`, signal));
  }

  /** @throws AlreadyLocked at once when somebody else has it; HostError when nobody can tell */
  async take(): Promise<void> {
    const { what, name, lockTtlSeconds } = this.request;
    const answer = await this.conversation.ask("take", answerMs);
    if (answer !== "held") throw new AlreadyLocked(what.name, name, oneLine(answer.replace(/^taken ?/, "")));
    const beat = () => void this.check().catch(() => {}); // whoever checks next is told
    this.beats = setInterval(beat, (lockTtlSeconds * 1000) / 3).unref();
  }

  /** @throws HostError unless the host says now that it holds the lock for us */
  async check(): Promise<void> {
    await this.conversation.ask("beat", answerMs);
  }

  async release(): Promise<void> {
    clearInterval(this.beats);
    await this.conversation.close();
  }
}
