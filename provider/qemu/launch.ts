/** Starts and removes a guest's unit. */
import { randomUUID } from "node:crypto";
import type { RemoteHost } from "../host/host";
import { runScript, scriptFile, sh } from "../host/script";
import type { DomainName } from "../placement/observe/observation";
import { retryUntil } from "../util/policy";
import { revertOnFailure } from "../util/reverter";
import { QemuEnded } from "./errors";
import { unitFacts } from "./observe";
import { stateIn, withMonitor } from "./qmp/monitor";
import { argvRecord } from "./record";
import { type Launch, qemuArgv, systemdRunArgv, unitFolder, unitOf } from "./unit";

/** Opening images takes long on slow storage. */
const startMs = 300_000;

const startUnit = scriptFile(__dirname, "start-unit.sh");
const unitText = scriptFile(__dirname, "unit.sh");

/**
 * Returns when QEMU answers: it has opened all that it needs by then. What could not be started is not left behind.
 *
 * @throws QemuEnded with QEMU's own words
 */
export async function launch(host: RemoteHost, what: Launch, signal: AbortSignal): Promise<void> {
  const { uuid, name } = what;
  const input = argvRecord(qemuArgv(what));
  const record = `argv-${randomUUID()}`;
  const values = [unitOf(uuid), unitFolder(uuid), record, String(Buffer.byteLength(input)), unitText, what.emulator];
  const options = { signal, timeoutMs: startMs, input };
  await runScript(host, startUnit, [...values, ...systemdRunArgv(what, record)], options);
  const answers = async () => {
    try {
      await withMonitor(host, what, stateIn, signal);
    } catch (error) {
      const { unit } = await unitFacts(host, uuid, signal);
      if (!unit?.runs) throw new QemuEnded(name, host.label, await lastWords(host, uuid));
      throw error; // it is not that far yet
    }
  };
  const hasEnded = (error: unknown) => error instanceof QemuEnded;
  await revertOnFailure((reverter) => {
    reverter.add(() => removeUnit(host, what));
    return retryUntil(answers, { everyMs: 300, timeoutMs: startMs, signal, after: (error) => !hasEnded(error) });
  }, hasEnded);
}

/** QEMU's output since its unit was last started; systemd's own lines come another way. */
const lastOutput = sh`since=$(systemctl show --property=ExecMainStartTimestamp --value -- "$1")
  [ -n "$since" ] || exit 0
  journalctl --sync 2> /dev/null || true # what was said just now is on its way still
  journalctl --quiet --output=cat --lines=20 --since="$since" "_SYSTEMD_UNIT=$1" _TRANSPORT=stdout`;

export async function lastWords(host: RemoteHost, uuid: string): Promise<string> {
  return (await runScript(host, lastOutput, [unitOf(uuid)])).stdout.trim();
}

/** @see removeUnit */
const removeEnded = sh`unit=$1 folder=$2
  state=$(systemctl show --property=SubState --value -- "$unit")
  case $state in
    dead) ;;
    exited | failed) systemctl stop -- "$unit"; systemctl reset-failed -- "$unit" 2> /dev/null || true ;;
    *) echo "It runs ($state): its unit stays." >&2; exit 1 ;;
  esac
  rm -rf -- "$folder"`;

/** Takes away what an ended QEMU has left: its unit and its folder. Absent is fine. @throws CommandFailed when it runs */
export async function removeUnit(host: RemoteHost, { uuid }: Pick<DomainName, "uuid">): Promise<void> {
  await runScript(host, removeEnded, [unitOf(uuid), unitFolder(uuid)]);
}

/** For QEMU to end after it was told to. */
const quitMs = 60_000;

export async function removeUnitWhenEnded(host: RemoteHost, domain: DomainName): Promise<void> {
  await retryUntil(() => removeUnit(host, domain), { everyMs: 200, timeoutMs: quitMs });
}
