/**
 * Pure: a guest's transient systemd unit and the argv of its QEMU. A unit stays when its QEMU has ended, so that an
 * ended guest can be told from an absent one.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd-run.html
 */

import { hasDisplay } from "../qemu-command-line/needs";
import { optionList } from "../qemu-command-line/option-list";
import { type Owner, parseOwner, printOwner } from "../util/owner";

export const unitOf = (uuid: string): string => `pulumi-kvm-live-${uuid}.service`;

/** The unit's directory under /run, for root only. It goes with the unit. */
const runtimeDirectory = (uuid: string) => `pulumi-kvm-live/qemu/${uuid}`;
const socketPath = (uuid: string, name: string) => `/run/${runtimeDirectory(uuid)}/${name}.sock`;

/** Several sockets: QEMU serves one client per socket, and one whose machine has vanished holds it for hours. */
export const qmpSockets = (uuid: string): string[] => [1, 2, 3].map((number) => socketPath(uuid, `qmp-${number}`));
/** Socket of the human monitor, for operators. */
export const monitorSocket = (uuid: string): string => socketPath(uuid, "monitor");

export interface Launch {
  uuid: string;
  name: string;
  /** Name or path of the QEMU program. */
  emulator: string;
  /** The program's command line, without the options that are added here. */
  commandLine: readonly string[];
  /** Noted in the unit; undefined: not noted. */
  owner: Owner | undefined;
  /** The user that QEMU becomes once it has opened what only root may; undefined: it stays root. */
  runAs: RunAs | undefined;
  /** True for QEMU 9.1 and later, where `-run-with user=` replaces `-runas`. */
  hasRunWith: boolean;
  /** True when QEMU waits for the guest's state from another host. */
  incoming: boolean;
}

/** The user and group that QEMU runs as, by number. */
export interface RunAs {
  uid: number;
  gid: number;
}

/** The provider's own options come first and end with the UUID, so that {@link readQemuArgv} can tell them apart. */
export function qemuArgv(launch: Launch): string[] {
  const { uuid, name, emulator, commandLine, runAs, hasRunWith, incoming } = launch;
  const user = runAs && `${runAs.uid}:${runAs.gid}`;
  return [
    ...[emulator, "-name", name],
    ...(hasDisplay(commandLine) ? [] : ["-display", "none"]),
    ...qmpSockets(uuid).flatMap((path, index) => monitor(`qmp${index + 1}`, path, "control")),
    ...monitor("monitor", monitorSocket(uuid), "readline"),
    ...(user === undefined ? [] : hasRunWith ? ["-run-with", `user=${user}`] : ["-runas", user]),
    ...(incoming ? ["-incoming", "defer"] : []),
    ...["-uuid", uuid],
    ...commandLine,
  ];
}

const monitor = (id: string, path: string, mode: "control" | "readline"): string[] => [
  ...["-chardev", optionList({ id, path, server: true, wait: false }, "socket")],
  ...["-mon", optionList({ chardev: id, mode })],
];

/** The parts of a QEMU's argv: the reverse of {@link qemuArgv}. */
export function readQemuArgv(argv: readonly string[]): Pick<Launch, "name" | "emulator" | "commandLine" | "incoming"> {
  const end = argv.indexOf("-uuid") + 2;
  const ours = argv.slice(0, end);
  return {
    emulator: argv[0] ?? "",
    name: ours[ours.indexOf("-name") + 1] ?? "",
    commandLine: argv.slice(end),
    incoming: ours.includes("-incoming"),
  };
}

/** The unit's folder, with its sockets, its record, and the script that reads it. */
export const unitFolder = (uuid: string): string => `/run/${runtimeDirectory(uuid)}`;

/** Path of the script that systemd runs, and that becomes QEMU. */
export const unitScript = (uuid: string): string => `${unitFolder(uuid)}/unit.sh`;

/**
 * The command that starts the unit, as root: QEMU drops root's privileges itself, once it has opened its sockets. What
 * is to be run follows; no argument of the guest is in it, since `systemctl show` prints all of it to every user.
 *
 * @param record name of the file in {@link unitFolder} that has the argv
 */
export function systemdRunArgv({ uuid, name, owner }: Launch, record: string): string[] {
  const properties = [
    ...["Type=exec", "RemainAfterExit=yes", "Slice=machine.slice", "NoNewPrivileges=yes", "UMask=0077"],
    ...[`RuntimeDirectory=${runtimeDirectory(uuid)}`, "RuntimeDirectoryMode=0700", "RuntimeDirectoryPreserve=yes"],
    `ExecStopPost=/bin/sh ${unitScript(uuid)} stopped ${unitFolder(uuid)}`,
    "After=remote-fs.target", // so that it ends before its disks go, when the host is shut down
  ];
  const environment = [
    `--setenv=${recordVariable}=${record}`,
    ...(owner ? [`--setenv=${ownerVariable}=${Buffer.from(printOwner(owner)).toString("base64url")}`] : []),
  ];
  return [
    ...["systemd-run", "--quiet", `--unit=${unitOf(uuid)}`, `--description=Guest ${name} of pulumi-kvm-live`],
    ...environment,
    ...properties.map((property) => `--property=${property}`),
    "--",
  ];
}

/**
 * Environment variable with the name of the file that has the argv: systemd's word that this unit was started with it.
 * Each start has a file of its own.
 */
const recordVariable = "PULUMI_KVM_LIVE_RECORD";

/** Environment variable with the owner that the guest was started for. */
const ownerVariable = "PULUMI_KVM_LIVE_OWNER";

/**
 * @param environment as `systemctl show --property=Environment` prints it
 * @returns name of the file with the argv; undefined for a unit of an earlier version, or of somebody else
 */
export const recordNameIn = (environment: string): string | undefined =>
  new RegExp(`(?:^|\\s)${recordVariable}=(argv-[\\w-]+)`).exec(environment)?.[1];

/** File with the owner that a unit has passed to since: systemd changes no variable of a unit that runs. */
export const ownerFile = (uuid: string): string => `/run/${runtimeDirectory(uuid)}/owner`;

/**
 * @param environment as `systemctl show --property=Environment` prints it
 * @param file text of {@link ownerFile}; empty without one
 */
export function recordedOwner(environment: string, file: string): Owner | undefined {
  const encoded = new RegExp(`(?:^|\\s)${ownerVariable}=([\\w-]+)`).exec(environment)?.[1] ?? "";
  return parseOwner(file.trim()) ?? parseOwner(Buffer.from(encoded, "base64url").toString());
}
