/** Verbs on a migration that goes on, by the monitor of its source; docs/qemu.md has the monitor's own for each. */
import type { RemoteHost } from "../../host/host";
import type { JobControl } from "../../placement/driver";
import type { ObservedJob } from "../../placement/migration/job";
import type { DomainName } from "../../placement/observe/observation";
import { retryUntil } from "../../util/policy";
import { QmpError } from "../errors";
import { cont, queryState, withMonitor } from "../qmp/monitor";
import type { Qmp } from "../qmp/session";
import { jobOf } from "./job";

interface Parameters {
  "downtime-limit": number;
  "tls-creds": string;
}

const queryParameters = (qmp: Qmp) => qmp.execute<Parameters>("query-migrate-parameters");

async function queryJob(qmp: Qmp): Promise<ObservedJob> {
  const [{ info, state }, parameters] = await Promise.all([queryState(qmp), queryParameters(qmp)]);
  return { ...jobOf(info, state), tls: parameters["tls-creds"] !== "" };
}

/** A look that fails says nothing about the job, and nothing but looks tells of its end. */
const unansweredMs = 60_000;

export function jobControl(domain: DomainName, source: RemoteHost): JobControl {
  const isDone = (command: string, args?: Record<string, unknown>) =>
    withMonitor(source, domain, (qmp) => qmp.execute(command, args)).then(
      () => true,
      (error: Error) => {
        if (error instanceof QmpError) return false; // it comes too late
        throw error;
      },
    );
  return {
    observe: (signal) =>
      retryUntil(() => withMonitor(source, domain, queryJob, signal), {
        everyMs: 1000,
        timeoutMs: unansweredMs,
        signal,
      }),
    abort: () => isDone("migrate_cancel"),
    suspend: () => isDone("stop"),
    resume: () => withMonitor(source, domain, cont),
    startPostCopy: () => isDone("migrate-start-postcopy"),
    maxDowntimeMs: () => withMonitor(source, domain, async (qmp) => (await queryParameters(qmp))["downtime-limit"]),
    setMaxDowntimeMs: (ms) => isDone("migrate-set-parameters", { "downtime-limit": ms }),
  };
}
