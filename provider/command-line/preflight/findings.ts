/** A placement without a program: the guest as it is, to go to one of the hosts. */
import { hostname, userInfo } from "node:os";
import type { ConnectionArgs } from "../../host/connection-args";
import { SshConfigUnusable } from "../../host/ssh-config";
import { reachOf } from "../../host/user-config";
import { libvirtDriver } from "../../libvirt/driver";
import { libvirtMessages } from "../../libvirt/messages";
import { limitsOf } from "../../libvirt/migration/options";
import { virsh } from "../../libvirt/virsh";
import { locateGuest, PlacementUnclear } from "../../placement/migration/wait-until-settled";
import { type Candidate, candidateOf } from "../../placement/observe/candidate";
import { type DomainName, hasAnswered, isActive, stateAndReason } from "../../placement/observe/observation";
import type { Placement } from "../../placement/placement";
import { describeStep } from "../../placement/plan/steps";
import { type Finding, sortFindings } from "../../placement/preflight/finding";
import { planWithPreflight } from "../../placement/reconcile";
import { migration as migrationSchema } from "../../resources/domain-placement/migration-inputs";
import { lookingOperation } from "../../util/operation";
import type { Session } from "../command";
import { NotFoundOut, UsageError } from "../exit-codes";
import type { NamedHost } from "../hosts";

export interface PreflightReport {
  guest: DomainName;
  from: string;
  to: string;
  /** As `virsh domstate --reason` prints it. */
  state: string;
  /** Why nothing would be done at all. */
  refusal?: string;
  findings: (Finding & { severity: "error" | "error for now" | "warning" })[];
  /** Other messages that a preview would show. */
  notes: string[];
}

interface Question {
  domain: DomainName;
  hosts: readonly NamedHost[];
  to: string;
  ways: { uri: string | undefined; data: string | undefined };
  session: Session;
}

/** @throws PlacementUnclear when only an operator can say where the guest is; NotFoundOut; HostError; UsageError */
export async function findingsOfMove({ domain, hosts, to, ways, session }: Question): Promise<PreflightReport> {
  const notes: string[] = [];
  const note = (message: string) => void notes.push(message);
  const who = `${userInfo().username}@${hostname()}[${process.pid}]`;
  const { signal } = session;
  const operation = lookingOperation({ who, owner: undefined, isInState: true, info: note, warn: note, signal });
  const parsed = migrationSchema.safeParse(ways);
  if (!parsed.success)
    throw new UsageError(parsed.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}.`).join("\n"));
  const candidates = hosts.map(candidateAt);
  const named = { domain, candidates, to };
  const looking = placementOf({ ...named, definition: "", migration: parsed.data, mark: "", isOn: true });
  const seen = await locateGuest(looking, operation.signal);
  const { location } = seen;
  if (location.kind === "unclear" && !seen.observations.every(hasAnswered)) throw new NotFoundOut(location.reason);
  if (location.kind === "unclear") throw new PlacementUnclear(domain.name, location.reason);
  if (location.kind !== "at") throw new NotFoundOut(`${domain.name}: ${unsettled[location.kind]}`);
  const from = candidateOf(looking, location.hostName);
  const definition = await definitionOn(from, domain, operation.signal);
  const migration = {
    ...parsed.data,
    persistent: location.domain.persistent,
    undefineSource: location.domain.persistent,
  };
  const { mark = "", autostart } = location.domain;
  const placement = placementOf({ ...named, definition, migration, mark, isOn: isActive(location.domain), autostart });
  const plan = await planWithPreflight(placement, { ...seen, location }, undefined, operation);
  const { errors, errorsForNow, warnings } = sortFindings(plan.findings);
  const all = [
    ...errors.map((finding) => ({ ...finding, severity: "error" as const })),
    ...errorsForNow.map((finding) => ({ ...finding, severity: "error for now" as const })),
    ...warnings.map((finding) => ({ ...finding, severity: "warning" as const })),
  ];
  const isRefused = errors.length + errorsForNow.length > 0;
  const steps = (isRefused ? [] : plan.steps).flatMap((step) =>
    step.do === "migrate" || step.do === "undefine" ? [describeStep(step, domain.name, libvirtMessages)] : [],
  );
  return {
    guest: domain,
    from: from.name,
    to,
    state: stateAndReason(location.domain),
    ...(plan.refusal !== undefined && { refusal: plan.refusal }),
    findings: all,
    notes: [...notes, ...steps],
  };
}

const unsettled = {
  nowhere: "It is on none of these hosts any more.",
  moving: "A migration of it is under way: ask again when it has ended.",
  split: "Its post-copy was interrupted, and its memory is on two hosts: `pulumi up` resumes it.",
};

interface Wish {
  domain: DomainName;
  candidates: readonly Candidate[];
  to: string;
  definition: string;
  migration: ReturnType<typeof migrationSchema.parse>;
  mark: string;
  isOn: boolean;
  autostart?: boolean;
}

/** Nobody owns it, and it is taken as it is: what a program would have to say about that is no matter of the move. */
function placementOf({
  domain,
  candidates,
  to,
  definition,
  migration,
  mark,
  isOn,
  autostart = false,
}: Wish): Placement {
  return {
    domain,
    candidates,
    hostName: to,
    powerState: isOn ? "running" : "shut off",
    autostart,
    persistent: migration.persistent,
    mark,
    fenced: [],
    owner: undefined,
    isInState: true,
    adopt: true,
    messages: libvirtMessages,
    driver: libvirtDriver({ domain: { ...domain, definition }, migration, owner: undefined }, true),
    limits: limitsOf(migration),
    shutdownTimeoutSeconds: 120,
  };
}

async function definitionOn({ name, host }: Candidate, { uuid }: DomainName, signal: AbortSignal): Promise<string> {
  const argv = virsh("dumpxml", "--inactive", uuid);
  return (
    (await host.run(argv, { signal })).stdout.trim() ||
    (await Promise.reject(new Error(`${name} has no definition of it.`)))
  );
}

/** The other hosts reach it by its address: they do not have the aliases of this machine's configuration of ssh. */
const candidateAt = ({ name, connection, host }: NamedHost): Candidate => ({
  name,
  ...addressOf(connection),
  maxOutgoingMigrations: 2,
  maxIncomingMigrations: 2,
  host,
});

function addressOf(connection: ConnectionArgs): { address: string; port: number } {
  try {
    const { address, port = 22 } = reachOf(connection).reach;
    return { address, port };
  } catch (error) {
    if (!(error instanceof SshConfigUnusable)) throw error;
    return { address: connection.address, port: connection.port ?? 22 }; // the host itself says so when it is asked
  }
}
