/** Verbs on a migration that goes on, by the monitor of its source. The write-up's words for them are in docs/qemu.md. */
import type { Host } from "../../host/host";
import type { Jobs } from "../../placement/driver";
import type { DomainName } from "../../placement/observation";
import { QmpError } from "../errors";
import { goOn, migrationOf, monitored, stateIn } from "../monitor";
import type { Qmp } from "../qmp";
import { jobOf } from "./job";

interface Parameters {
  "downtime-limit": number;
  "tls-creds": string;
}

const parametersOf = (qmp: Qmp) => qmp.execute<Parameters>("query-migrate-parameters");

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
      monitored(
        host,
        domain,
        async (qmp) => {
          const [info, state, parameters] = await Promise.all([migrationOf(qmp), stateIn(qmp), parametersOf(qmp)]);
          return { ...jobOf(info, state), tls: parameters["tls-creds"] !== "" };
        },
        signal,
      ),
    abort: (host) => done(host, "migrate_cancel"),
    suspend: (host) => done(host, "stop"),
    resume: (host) => monitored(host, domain, goOn),
    postCopy: (host) => done(host, "migrate-start-postcopy"),
    maxDowntime: (host) => monitored(host, domain, async (qmp) => (await parametersOf(qmp))["downtime-limit"]),
    setMaxDowntime: (host, _uuid, ms) => done(host, "migrate-set-parameters", { "downtime-limit": ms }),
  };
}
