/** One connection a host and process, opened when it is wanted, closed when it has been idle. */
import { unlessAborted } from "../util/signals";
import type { Reach } from "./reach";
import type { SshConnection } from "./ssh-connection";

/** ssh2 is loaded with the first connection: previews and resources without a host need none. */
const openConnection: typeof SshConnection.open = (...args) => require("./ssh-connection").SshConnection.open(...args);

/** Long enough for the next resource to find it open, short enough for a process that is done to end by itself. */
const idleMs = 3000;

interface Entry {
  key: string;
  connection: Promise<SshConnection>;
  /** Being made counts. */
  isUsable: () => boolean;
  /** Ends the attempt to connect; nothing once connected. */
  attempt: AbortController;
  users: number;
  idle?: NodeJS.Timeout;
}

export class ConnectionPool {
  private readonly entries = new Map<string, Entry>();

  /** @param usersEach how many may use one connection at a time: for more, another one to the same host is opened */
  constructor(private readonly usersEach = Number.POSITIVE_INFINITY) {}

  /**
   * Lends the connection to `work`; a broken one is replaced first. Never repeats `work`.
   *
   * @param signal ends the waiting for the connection, and the attempt to connect when nobody else waits for it
   * @throws the signal's reason
   */
  async use<T>(args: Reach, work: (connection: SshConnection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const entry = this.entryFor(args);
    entry.users += 1;
    clearTimeout(entry.idle);
    try {
      return await work(await unlessAborted(entry.connection, signal));
    } finally {
      entry.users -= 1;
      if (entry.users === 0 && signal?.aborted) entry.attempt.abort();
      if (entry.users === 0) this.closeLater(entry);
    }
  }

  /** Closes all connections; commands that run end with ConnectionLost. */
  async closeAll(): Promise<void> {
    const entries = [...this.entries.values()];
    this.entries.clear();
    for (const { attempt } of entries) attempt.abort();
    for (const entry of entries) await close(entry);
  }

  private entryFor(args: Reach): Entry {
    const keyOf = (lane: number) => `${lane} ${JSON.stringify(args)}`;
    const isFull = (entry: Entry | undefined) => entry?.isUsable() && entry.users >= this.usersEach;
    let lane = 0;
    while (isFull(this.entries.get(keyOf(lane)))) lane += 1;
    const key = keyOf(lane);
    const known = this.entries.get(key);
    if (known?.isUsable()) return known;
    const attempt = new AbortController();
    const connection = this.connect(args, attempt.signal);
    let isUsable = () => !attempt.signal.aborted;
    connection.then(
      (opened) => {
        isUsable = () => opened.isOpen;
      },
      () => {
        isUsable = () => false;
      },
    );
    const entry: Entry = { key, connection, isUsable: () => isUsable(), attempt, users: 0 };
    this.entries.set(key, entry);
    return entry;
  }

  /** A connection through another host uses that one for as long as it is open itself. */
  private connect(args: Reach, signal: AbortSignal): Promise<SshConnection> {
    if (!args.proxyJump) return openConnection(args, signal);
    const { proxyJump } = args;
    return new Promise((resolve, reject) => {
      const work = async (through: SshConnection) => {
        const connection = await openConnection(args, signal, through);
        resolve(connection);
        await connection.closed;
      };
      this.use(proxyJump, work, signal).catch(reject);
    });
  }

  private closeLater(entry: Entry): void {
    entry.idle = setTimeout(() => {
      if (this.entries.get(entry.key) === entry) this.entries.delete(entry.key);
      void close(entry);
    }, idleMs).unref(); // an open connection keeps the process alive for it, a broken one need not
  }
}

async function close(entry: Entry): Promise<void> {
  clearTimeout(entry.idle);
  await entry.connection.then(
    (connection) => connection.close(),
    () => {}, // it never opened, and whoever wanted it has been told
  );
}
