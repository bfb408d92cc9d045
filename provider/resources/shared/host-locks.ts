/** No two runs, of whatever stacks, change the same part of a host at the same time: a lock on the host, as guests have. */
import type { RemoteHost } from "../../host/host";
import { AlreadyLocked, type Locked } from "../../placement/lock/host-lock";
import { withHostLocks } from "../../placement/lock/locks";
import type { Operation } from "../../util/operation";
import { pause } from "../../util/pause";
import { hostAt } from "./ssh-host";

export const libvirtDaemon: Locked = { id: "libvirtd", name: "libvirtd's configuration" };
export const nfsExports: Locked = { id: "exports", name: "the NFS exports" };
export const packetFilter: Locked = { id: "firewall", name: "the rules for packets" };
export const sshAccess: Locked = { id: "ssh", name: "root's SSH files" };

interface LockedHost {
  /** Its name in the program. */
  name: string;
  address: string;
  port: number | undefined;
  host: RemoteHost;
}

/** Each machine once: an authority is often one of the hosts. */
export function lockedHosts(connections: Record<string, Parameters<typeof hostAt>[0]>): LockedHost[] {
  const all = Object.entries(connections).map(([name, given]) => {
    const { address, port } = given;
    return { name, address, port, host: hostAt(given) };
  });
  return all.filter((one, index) => all.findIndex((other) => other.address === one.address) === index);
}

/** Longer than any change takes. */
const patienceMs = 15 * 60_000;

/** The last operation of this process on each part of each host: they take turns without asking the host. */
const queues = new Map<string, Promise<unknown>>();

/**
 * @throws AlreadyLocked when another run still holds a lock after a quarter of an hour, with who it is; what the work throws
 */
export async function withPartLocked<T>(
  operation: Operation,
  part: Locked,
  hosts: readonly LockedHost[],
  work: () => Promise<T>,
): Promise<T> {
  const candidates = hosts.map(({ port = 22, ...one }) => ({ ...one, port }));
  const turn = inTurn(candidates.map(({ address, port }) => `${part.id} ${address} ${port}`).sort());
  try {
    await turn.come;
    return await locked(operation, part, candidates, work);
  } finally {
    turn.end();
  }
}

function inTurn(keys: readonly string[]): { come: Promise<unknown>; end: () => void } {
  let end = () => {};
  const mine = new Promise<void>((resolve) => {
    end = resolve;
  });
  const before = keys.map((key) => queues.get(key));
  for (const key of keys) queues.set(key, mine);
  return { come: Promise.all(before), end };
}

async function locked<T>(
  operation: Operation,
  part: Locked,
  candidates: Parameters<typeof withHostLocks>[0]["candidates"],
  work: () => Promise<T>,
): Promise<T> {
  const until = Date.now() + patienceMs;
  for (;;) {
    let begun = false;
    const begin = () => {
      begun = true;
      return work();
    };
    try {
      return await withHostLocks({ what: part, candidates, mayRepeat: true }, operation, begin);
    } catch (error) {
      if (begun || !(error instanceof AlreadyLocked) || Date.now() > until) throw error;
      operation.progress(`waiting for another run that changes ${part.name}: ${error.holder}`);
      await pause(1000, operation.signal, operation.cancelled);
      operation.cancelled.throwIfAborted();
    }
  }
}
