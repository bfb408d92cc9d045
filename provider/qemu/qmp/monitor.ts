/** Verbs on one guest by its QEMU's monitor. @see https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html */
import type { RemoteHost } from "../../host/host";
import { MonitorClosed, NotInState } from "../errors";
import { type DomainState, domainState } from "../states";
import { qmpSockets } from "../unit";
import { type Qmp, withQmp } from "./session";

/** A short session: none is held while nothing is asked. */
export const withMonitor = <T>(
  host: RemoteHost,
  { uuid, name }: { uuid: string; name: string },
  work: (qmp: Qmp) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> => withQmp(host, qmpSockets(uuid), `QEMU of ${name}`, work, signal && { signal });

/** `query-migrate` */
export interface MigrationInfo {
  status?: string;
  "error-desc"?: string;
  /** Why QEMU would refuse to migrate now. */
  "blocked-reasons"?: string[];
  "total-time"?: number;
  "setup-time"?: number;
  downtime?: number;
  "expected-downtime"?: number;
  "cpu-throttle-percentage"?: number;
  "socket-address"?: { host: string; port: string }[];
  ram?: Record<string, number>;
}

export const migrationOf = (qmp: Qmp): Promise<MigrationInfo> => qmp.execute<MigrationInfo>("query-migrate");

/** The guest's state, and the migration that it follows from. */
export async function queryState(qmp: Qmp): Promise<{ state: DomainState; info: MigrationInfo }> {
  const [{ status }, info] = await Promise.all([qmp.execute<{ status: string }>("query-status"), migrationOf(qmp)]);
  return { state: domainState(status, info.status ?? "none"), info };
}

export const stateIn = async (qmp: Qmp): Promise<DomainState> => (await queryState(qmp)).state;

/** Resumes the guest. @throws QmpError when QEMU cannot, as when another one has its image */
export const cont = async (qmp: Qmp): Promise<void> => void (await qmp.execute("cont"));

/**
 * Ends QEMU at once, as by pulling the plug, if the guest is still in this state.
 *
 * @param state as `running (booted)`
 * @throws NotInState when it is in another
 */
export async function quitIfInState(qmp: Qmp, what: string, state: string): Promise<void> {
  const now = await stateIn(qmp);
  const said = `${now.state} (${now.reason})`;
  if (said !== state) throw new NotInState(`${what} is now ${said}, not ${state}, so it was not destroyed.`);
  await qmp.execute("quit").catch((error: Error) => {
    if (!(error instanceof MonitorClosed)) throw error; // it may be gone before it has answered
  });
}
