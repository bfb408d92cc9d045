/**
 * Pure: a guest's transient systemd unit and what its QEMU is started with. A unit that has ended stays until it is
 * removed, so that an end can be told from an absence.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd-run.html
 */
import { hasDisplay } from "./command-line/needs";
import { optionList } from "./command-line/option-list";

export const unitOf = (uuid: string): string => `pulumi-kvm-live-${uuid}.service`;

/** Made by systemd, for root only; gone with the unit. */
const folderOf = (uuid: string) => `pulumi-kvm-live/qemu/${uuid}`;
const socketOf = (uuid: string, name: string) => `/run/${folderOf(uuid)}/${name}.sock`;

/** Several, since QEMU serves one client each, and one whose machine has vanished stays for hours. */
export const qmpSockets = (uuid: string): string[] => [1, 2, 3].map((number) => socketOf(uuid, `qmp-${number}`));
/** For people: QEMU's monitor, with its own words. */
export const monitorSocket = (uuid: string): string => socketOf(uuid, "monitor");

export interface Launch {
  uuid: string;
  name: string;
  /** A program's name or its path. */
  emulator: string;
  /** What the program wrote, without what is added here. */
  commandLine: readonly string[];
  /** Whom QEMU becomes when it has opened what only root may; undefined: it stays root. */
  runAs: RunAs | undefined;
  /** `-runas` has had another name since QEMU 9.1. */
  hasRunWith: boolean;
  /** Waits for its state from another host. */
  incoming: boolean;
}

export interface RunAs {
  uid: number;
  gid: number;
}

/** Ours come first and end with the UUID, so that the rest can be told from them. */
export function qemuArgv(launch: Launch): string[] {
  const { uuid, name, emulator, commandLine, runAs, hasRunWith, incoming } = launch;
  const id = runAs && `${runAs.uid}:${runAs.gid}`;
  return [
    ...[emulator, "-name", name],
    ...(hasDisplay(commandLine) ? [] : ["-display", "none"]),
    ...qmpSockets(uuid).flatMap((path, index) => monitor(`qmp${index + 1}`, path, "control")),
    ...monitor("monitor", monitorSocket(uuid), "readline"),
    ...(id === undefined ? [] : hasRunWith ? ["-run-with", `user=${id}`] : ["-runas", id]),
    ...(incoming ? ["-incoming", "defer"] : []),
    ...["-uuid", uuid],
    ...commandLine,
  ];
}

const monitor = (id: string, path: string, mode: "control" | "readline"): string[] => [
  ...["-chardev", optionList({ id, path, server: true, wait: false }, "socket")],
  ...["-mon", optionList({ chardev: id, mode })],
];

/** What a QEMU was started with: the reverse of {@link qemuArgv}. */
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

/** Of the unit; where root's privileges end is QEMU's own business, since its sockets are to be root's. */
export function systemdRunArgv(launch: Launch): string[] {
  const { uuid, name } = launch;
  const properties = [
    ...["Type=exec", "RemainAfterExit=yes", "Slice=machine.slice", "NoNewPrivileges=yes", "UMask=0077"],
    ...[`RuntimeDirectory=${folderOf(uuid)}`, "RuntimeDirectoryMode=0700"],
    "After=remote-fs.target", // so that it ends before its disks go, when the host is shut down
  ];
  const words = properties.map((property) => `--property=${property}`);
  const description = `--description=Guest ${name} of pulumi-kvm-live`;
  const argv = qemuArgv(launch);
  const record = `--setenv=${recordVariable}=${Buffer.from(JSON.stringify(argv)).toString("base64url")}`;
  // systemd puts a variable in the place of `$NAME`, and `$` in the place of `$$`.
  const command = argv.map((word) => word.replaceAll("$", "$$$$"));
  return ["systemd-run", "--quiet", `--unit=${unitOf(uuid)}`, description, record, ...words, "--", ...command];
}

/** For a unit that has ended: systemd's own record is in its own quotes from its next daemon-reload on. */
const recordVariable = "PULUMI_KVM_LIVE_ARGV";

/** @param environment as `systemctl show --property=Environment` prints it @returns nothing for a unit of somebody else */
export function recordedArgv(environment: string): string[] {
  const record = new RegExp(`(?:^|\\s)${recordVariable}=([\\w-]+)`).exec(environment)?.[1];
  return record === undefined ? [] : JSON.parse(Buffer.from(record, "base64url").toString());
}
