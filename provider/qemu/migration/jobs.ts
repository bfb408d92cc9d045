/** Verbs on a migration that goes on, by the monitor of its source. The write-up's words for them are in docs/qemu.md. */
import type { Host } from "../../host/host";
import type { Jobs, JobView } from "../../placement/driver";
import type { DomainName } from "../../placement/observation";
import { retryUntil } from "../../util/policy";
import { QmpError } from "../errors";
import { goOn, lookIn, monitored } from "../monitor";
import type { Qmp } from "../qmp";
import { jobOf } from "./job";

interface Parameters {
  "downtime-limit": number;
  "tls-creds": string;
}

const parametersOf = (qmp: Qmp) => qmp.execute<Parameters>("query-migrate-parameters");

async function viewIn(qmp: Qmp): Promise<JobView> {
  const [{ info, state }, parameters] = await Promise.all([lookIn(qmp), parametersOf(qmp)]);
  return { ...jobOf(info, state), tls: parameters["tls-creds"] !== "" };
}

/** A look that fails says nothing about the job, and nothing but looks tells of its end. */
const patienceMs = 60_000;

export function jobsOf(domain: DomainName): Jobs {
  const done = (host: Host, command: string, args?: Record<string, unknown>) =>
    monitored(host, domain, (qmp) => qmp.execute(command, args)).then(
      () => true,
      (error: Error) => {
        if (error instanceof QmpError) return false; // it comes too late
        throw error;
      },
    );
  return {
    view: (host, _domain, signal) =>
      retryUntil(() => monitored(host, domain, viewIn, signal), { everyMs: 1000, timeoutMs: patienceMs, signal }),
    abort: (host) => done(host, "migrate_cancel"),
    suspend: (host) => done(host, "stop"),
    resume: (host) => monitored(host, domain, goOn),
    postCopy: (host) => done(host, "migrate-start-postcopy"),
    maxDowntime: (host) => monitored(host, domain, async (qmp) => (await parametersOf(qmp))["downtime-limit"]),
    setMaxDowntime: (host, _uuid, ms) => done(host, "migrate-set-parameters", { "downtime-limit": ms }),
  };
}
