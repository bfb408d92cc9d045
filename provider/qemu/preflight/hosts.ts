/** What room the hosts of a guest have, and how they go together: judged by the same code as libvirt's. */
import type { Candidate } from "../../placement/observe/candidate";
import { clockFindings } from "../../placement/preflight/clocks";
import type { Finding } from "../../placement/preflight/finding";
import { takeRoom } from "../../placement/preflight/guests-on-their-way";
import { isKnown, type Known, known, placeOf } from "../../placement/preflight/known-host";
import { type MachineFacts, machineFactsOf } from "../../placement/preflight/machine-facts";
import { portFindings } from "../../placement/preflight/migration-ports";
import { nameFindings } from "../../placement/preflight/names";
import { memoryKiBOf } from "../../qemu-command-line/memory";
import type { Operation } from "../../util/operation";
import type { QemuGuestOptions } from "../guest";

const machineOf = (on: Candidate, operation: Operation): Promise<Known<MachineFacts> | Finding> =>
  known(on, "free memory and its clock", machineFactsOf(on, operation));

/** Of a host that the guest starts on. */
export const hostFindings = async (
  guest: QemuGuestOptions,
  on: Candidate,
  commandLine: readonly string[],
  operation: Operation,
): Promise<Finding[]> => roomFindings(guest, on, commandLine, await machineOf(on, operation), operation.acts);

function roomFindings(
  { domain: { uuid, name } }: QemuGuestOptions,
  on: Candidate,
  commandLine: readonly string[],
  machine: Known<MachineFacts> | Finding,
  acts: boolean,
): Finding[] {
  if (!isKnown(machine)) return [machine];
  return takeRoom(placeOf(on), { uuid, name, needs: { memoryKiB: memoryKiBOf(commandLine) } }, machine, acts);
}

/** Of both hosts of a move. */
export async function pairFindings(
  guest: QemuGuestOptions,
  from: Candidate,
  to: Candidate,
  commandLine: readonly string[],
  operation: Operation,
): Promise<Finding[]> {
  const { migration } = guest;
  const address = to.migrationAddress ?? to.address;
  const { min: lowest, max: highest } = migration.ports;
  const stream = { address, listenAddress: address, lowest, highest, setting: "migration.ports" };
  const name = {
    name: address,
    what: `the migration address of ${to.name}`,
    subject: "Host.migrationAddress",
    instead: `set migrationAddress of ${to.name} to an IP address`,
  };
  const [here, there, names, ports] = await Promise.all([
    machineOf(from, operation),
    machineOf(to, operation),
    // QEMU listens at the address, so that its own host looks the name up, too.
    nameFindings([from, to], [name], operation.signal),
    portFindings(from, to, stream, operation.signal),
  ]);
  return [
    ...names,
    // A name that leads nowhere is the reason why no port is reached.
    ...(names.length === 0 ? ports : []),
    ...(isKnown(here) && isKnown(there) ? clockFindings(here, there) : []),
    ...(isKnown(here) ? [] : [here]),
    ...roomFindings(guest, to, commandLine, there, operation.acts),
  ];
}
