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

/** The unit's directory under /run, which systemd creates for root only and removes with the unit. */
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

/** The command that starts the unit, as root: QEMU drops root's privileges itself, once it has opened its sockets. */
export function systemdRunArgv(launch: Launch): string[] {
  const { uuid, name, owner } = launch;
  const properties = [
    ...["Type=exec", "RemainAfterExit=yes", "Slice=machine.slice", "NoNewPrivileges=yes", "UMask=0077"],
    ...[`RuntimeDirectory=${runtimeDirectory(uuid)}`, "RuntimeDirectoryMode=0700"],
    "After=remote-fs.target", // so that it ends before its disks go, when the host is shut down
  ];
  const options = properties.map((property) => `--property=${property}`);
  const description = `--description=Guest ${name} of pulumi-kvm-live`;
  const argv = qemuArgv(launch);
  const environment = [
    `--setenv=${argvVariable}=${Buffer.from(JSON.stringify(argv)).toString("base64url")}`,
    ...(owner ? [`--setenv=${ownerVariable}=${Buffer.from(printOwner(owner)).toString("base64url")}`] : []),
  ];
  // systemd expands `$NAME`, and turns `$$` into `$`.
  const command = argv.map((argument) => argument.replaceAll("$", "$$$$"));
  return [
    "systemd-run",
    "--quiet",
    `--unit=${unitOf(uuid)}`,
    description,
    ...environment,
    ...options,
    "--",
    ...command,
  ];
}

/** Environment variable with the argv, for a unit that has ended: systemd quotes its own copy after a daemon-reload. */
const argvVariable = "PULUMI_KVM_LIVE_ARGV";

/** Environment variable with the owner that the guest was started for. */
const ownerVariable = "PULUMI_KVM_LIVE_OWNER";

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

/**
 * @param environment as `systemctl show --property=Environment` prints it
 * @returns an empty list for a unit that this provider did not start
 */
export function recordedArgv(environment: string): string[] {
  const encoded = new RegExp(`(?:^|\\s)${argvVariable}=([\\w-]+)`).exec(environment)?.[1];
  return argvIn(Buffer.from(encoded ?? "", "base64url").toString());
}

function argvIn(text: string): string[] {
  try {
    const argv: unknown = JSON.parse(text);
    return Array.isArray(argv) && argv.every((word) => typeof word === "string") ? argv : [];
  } catch {
    return [];
  }
}
