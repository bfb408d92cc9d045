/** Verbs on one guest on one host. */
import type { Candidate } from "../placement/observe/candidate";
import type { DomainName } from "../placement/observe/observation";
import { NotInState } from "./errors";
import type { QemuGuestOptions } from "./guest";
import { launch, removeUnit, removeUnitWhenEnded } from "./launch";
import { unitFacts } from "./observe";
import { supportsRunWith } from "./preflight/versions";
import { quitIfInState, stateIn, withMonitor } from "./qmp/monitor";
import { observeRunAsFacts, runAsOf } from "./run-as";

export async function launchOn(
  on: Candidate,
  { domain, emulator, user, owner, warn }: QemuGuestOptions,
  { commandLine, incoming }: { commandLine: readonly string[]; incoming: boolean },
  signal: AbortSignal,
): Promise<void> {
  const { host, name } = on;
  const [owners, hasRunWith] = await Promise.all([
    observeRunAsFacts(host, user, commandLine, signal),
    supportsRunWith(host, emulator, signal),
  ]);
  if (user !== undefined && !owners.namedUser) throw new NotInState(`${name} has no user ${user} any more.`);
  const identity = runAsOf(user, owners);
  if (identity === undefined && user === undefined)
    warn(
      `QEMU of ${domain.name} runs as root on ${name}, since no single other user owns its images. Change their owner (chown), or set user.`,
    );
  await launch(host, { ...domain, emulator, commandLine, owner, runAs: identity, hasRunWith, incoming }, signal);
}

/** Ends it if it is in this state still, and takes away what is left of it. Absent is fine. */
export async function destroyIf({ host }: Candidate, domain: DomainName, state: string): Promise<void> {
  const { unit } = await unitFacts(host, domain.uuid);
  if (!unit) return;
  if (unit.runs) await withMonitor(host, domain, (qmp) => quitIfInState(qmp, domain.name, state));
  await removeUnitWhenEnded(host, domain);
}

/** Takes away a QEMU that has waited for the guest in vain. One whose CPUs may have run stays. */
export async function destroyIncoming(at: Candidate, domain: DomainName): Promise<void> {
  const { unit } = await unitFacts(at.host, domain.uuid);
  if (!unit) return;
  if (!unit.runs) return removeUnit(at.host, domain);
  const { state, reason, job } = await withMonitor(at.host, domain, stateIn);
  if (state === "paused" && job === "incoming" && !reason.startsWith("post-copy"))
    await destroyIf(at, domain, `${state} (${reason})`);
}

/** As by the power button. @returns whether it is off by now */
export async function requestShutdown({ host }: Candidate, domain: DomainName, signal: AbortSignal): Promise<boolean> {
  const { unit } = await unitFacts(host, domain.uuid, signal);
  if (!unit?.runs) return true;
  await withMonitor(host, domain, (qmp) => qmp.execute("system_powerdown"), signal).catch(() => {}); // it may end just now
  return false;
}
