/**
 * Pure: the options that a guest cannot have that is started on one host and moved to others.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 */
import { own } from "../util/own";
import { isDiskShorthand, type Option, optionsOf, takesValue } from "./arguments";
import { characterDevices } from "./character-devices";
import { writtenFilesOf } from "./files";
import { hasProtocol, imagesOf } from "./images";
import { blockerProblem, migrationBlockersIn } from "./migration-blockers";
import { isOn } from "./option-list";
import { isJson, jsonPairs, optionPairs } from "./option-pairs";

/** The folder of the provider's own sockets. */
const ownFolder = "/run/pulumi-kvm-live";

const leaveOut = "leave it out";
const systemd = `systemd runs the guest as a service and does this itself: ${leaveOut}`;
const temporary = "the guest's changes would be in a temporary file on one host, so it could not move";
const paused = `the guest would stay paused, here and on each host that it moves to: ${leaveOut}`;
const prints = `QEMU would print a text and exit: ${leaveOut}`;
const stdin = "systemd runs the guest as a service, and its standard input is closed";

const refused: Readonly<Record<string, string>> = {
  incoming: `the provider adds it where a guest is received: ${leaveOut}`,
  daemonize: systemd,
  pidfile: systemd,
  uuid: "the provider recognizes the guest by it: set uuid instead",
  name: "the provider recognizes the guest by it: set name instead",
  runas: "set user instead",
  chroot: "the provider would look for files and sockets in other places: set user to confine the guest",
  S: paused,
  preconfig: paused,
  snapshot: `${temporary}: ${leaveOut}`,
  loadvm: `a guest that moves receives its state from the source host: ${leaveOut}`,
  nographic: `${stdin}: use -display none and -serial file:/PATH`,
  help: prints,
  h: prints,
  version: prints,
  "audio-help": prints,
};

/** All problems at once, each with its option, reason and fix. */
export function argumentProblems(argv: readonly string[]): string[] {
  return [
    ...argv.flatMap(textProblems),
    ...optionsOf(argv).flatMap((option) => optionProblems(option, argv[option.index] ?? "")),
    ...migrationBlockersIn(argv).map(blockerProblem),
    ...characterDevices(argv).flatMap(deviceProblems),
    ...emulatorProblems(argv),
    ...relativePaths(argv),
  ];
}

function textProblems(argument: string, index: number): string[] {
  // In JSON a line break is white space.
  const hasBreak = /[\r\n]/.test(argument) && !(isJson(argument) && jsonPairs(argument) !== undefined);
  const has = argument.includes("\0") ? "a NUL byte" : hasBreak ? "a line break" : undefined;
  return has === undefined ? [] : [`argument ${index} (${JSON.stringify(argument)}) has ${has}: no option needs one`];
}

function optionProblems({ option, value, index }: Option, argument: string): string[] {
  if (argument === "") return [`argument ${index} is empty, which QEMU takes for a disk image: ${leaveOut}`];
  if (option === "") return [`${argument} is not an option: ${leaveOut}`];
  const [name, ...rest] = option.trim().split(/\s+/);
  if (rest.length > 0)
    return [
      `${JSON.stringify(argument)} is one argument, and no option has spaces: write ${JSON.stringify(`-${name}`)}, ${JSON.stringify(rest.join(" "))}`,
    ];
  const refusal = own(refused, option);
  if (refusal !== undefined) return [`-${option}: ${refusal}`];
  if (value === undefined) return takesValue(option) ? [`-${option} needs a value, but is the last argument`] : [];
  // The value of -append is for the guest's kernel.
  if (option !== "append" && /(^|,)(help|\?)$/.test(value)) return [`-${option} ${value}: ${prints}`];
  if (isJson(value) && jsonOptions.includes(option) && jsonPairs(value) === undefined)
    return [`-${option} ${value}: the value is not valid JSON: check its quotes, which must be double quotes`];
  const settings = new Map(optionPairs(value));
  if (option === "drive" && isOn(settings.get("snapshot")))
    return [`-drive ${value}: ${temporary}: leave snapshot out`];
  if (option !== "run-with") return [];
  const keys = ["user", "chroot"].filter((key) => settings.has(key));
  return keys.map((key) => `-run-with ${key}=: ${refused[olderOption(key)]}`);
}

/** QEMU would take its own name for a disk, and write to it. */
function emulatorProblems([first = ""]: readonly string[]): string[] {
  const isEmulator = isDiskShorthand(first) && /(^|\/)(qemu-system-[\w-]+|qemu-kvm|kvm|kvm-spice)$/.test(first);
  return isEmulator ? [`${first}: the arguments begin after the emulator: leave it out, and set emulator`] : [];
}

const jsonOptions = ["blockdev", "device", "netdev", "object"];

/** QEMU 9.1 replaced `-runas` and `-chroot` by `-run-with`. */
const olderOption = (key: string) => (key === "user" ? "runas" : "chroot");

function deviceProblems({ option, value = "", backend, settings }: ReturnType<typeof characterDevices>[number]) {
  const problems = [
    backend === "stdio" && `${stdin}: use a file or a socket, e.g. file:/PATH`,
    isOwn(settings.get("path") ?? "") && `${ownFolder} holds the provider's own sockets: use another folder`,
  ];
  return problems.flatMap((problem) => (problem === false ? [] : [`-${option} ${value}: ${problem}`]));
}

const isOwn = (path: string) => `${path.replace(/\/+/g, "/")}/`.startsWith(`${ownFolder}/`);

/** Relative paths would be looked up in /, where QEMU runs on each host. */
function relativePaths(argv: readonly string[]): string[] {
  const images = imagesOf(argv).filter(({ path }) => !hasProtocol(path));
  const asPaths = ["kernel", "initrd", "dtb", "shim"];
  const read = optionsOf(argv).flatMap((option) =>
    asPaths.includes(option.option) && option.value ? [{ ...option, path: option.value }] : [],
  );
  return [...images, ...read, ...writtenFilesOf(argv)]
    .filter(({ path }) => !path.startsWith("/"))
    .map(({ option, path, index }) => {
      const reason = `QEMU runs in / on each host, and ${path} is a relative path: use an absolute one`;
      const argument = argv[index] ?? "";
      return isDiskShorthand(argument)
        ? `${argument}: QEMU takes an argument that belongs to no option for a disk image. ${reason}`
        : `-${option}: ${reason}`;
    });
}
