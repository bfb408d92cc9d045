/**
 * Pure: what of a command line cannot be used for a guest that is started on one host and moved to others.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 */
import { isDiskShorthand, type Option, optionsOf, takesValue } from "./arguments";
import { characterDevices } from "./character-devices";
import { writtenFilesOf } from "./files";
import { hasProtocol, imagesOf } from "./images";
import { isOn } from "./option-list";
import { isJson, jsonPairs, optionPairs } from "./option-pairs";

/** Where the provider has its own sockets and files of guests. */
const ownFolder = "/run/pulumi-kvm-live";

const leaveOut = "leave it out";
const systemd = `the guest is a service of systemd, which does this itself: ${leaveOut}`;
const lost = "its changes would be in a temporary file of one host, so that it cannot move";
const still = `the guest would stand still here and on each host that it moves to: ${leaveOut}`;
const prints = `QEMU would print something and end: ${leaveOut}`;
const stdin = "the guest is a service of systemd, whose standard input is closed";

const refused: Readonly<Record<string, string>> = {
  incoming: `it is added where a guest is to be received: ${leaveOut}`,
  daemonize: systemd,
  pidfile: systemd,
  uuid: "the guest is recognized by it: set uuid instead",
  name: "the guest is recognized by it: set name instead",
  runas: "set user instead",
  chroot: "paths and sockets would be others than those that are looked at: set user to confine the guest",
  S: still,
  preconfig: still,
  snapshot: `${lost}: ${leaveOut}`,
  loadvm: `a guest that moves gets its state from the host that it comes from: ${leaveOut}`,
  nographic: `${stdin}: use -display none and -serial file:/PATH`,
  help: prints,
  h: prints,
  version: prints,
  "audio-help": prints,
};

/** All problems at once, each with the option, the reason and what to do. */
export function argumentProblems(argv: readonly string[]): string[] {
  return [
    ...argv.flatMap(wordProblems),
    ...optionsOf(argv).flatMap((option) => optionProblems(option, argv[option.index] ?? "")),
    ...characterDevices(argv).flatMap(deviceProblems),
    ...relativePaths(argv),
  ];
}

function wordProblems(word: string, index: number): string[] {
  const has = word.includes("\0") ? "a NUL byte" : /[\r\n]/.test(word) ? "a line break" : undefined;
  return has === undefined ? [] : [`argument ${index} (${JSON.stringify(word)}) has ${has}: no option needs one`];
}

function optionProblems({ option, value, index }: Option, word: string): string[] {
  if (word === "") return [`argument ${index} is empty, which QEMU takes for a disk image: ${leaveOut}`];
  if (option === "") return [`${word} is no option: ${leaveOut}`];
  if (Object.hasOwn(refused, option)) return [`-${option}: ${refused[option]}`];
  if (value === undefined) return takesValue(option) ? [`-${option} needs a value: it is the last word`] : [];
  // Not -append: that is for the guest's kernel.
  if (option !== "append" && /(^|,)(help|\?)$/.test(value)) return [`-${option} ${value}: ${prints}`];
  if (isJson(value) && jsonOptions.includes(option) && jsonPairs(value) === undefined)
    return [`-${option} ${value}: is not JSON: check its quotes, which are double ones`];
  const said = new Map(optionPairs(value));
  if (option === "drive" && isOn(said.get("snapshot"))) return [`-drive ${value}: ${lost}: leave snapshot out`];
  if (option !== "run-with") return [];
  return ["user", "chroot"].filter((key) => said.has(key)).map((key) => `-run-with ${key}=: ${refused[runWith(key)]}`);
}

const jsonOptions = ["blockdev", "device", "netdev", "object"];

/** `-run-with` is what came after `-runas` and `-chroot`. */
const runWith = (key: string) => (key === "user" ? "runas" : "chroot");

function deviceProblems({ option, value = "", backend, settings }: ReturnType<typeof characterDevices>[number]) {
  const problems: string[] = [];
  if (backend === "stdio") problems.push(`-${option} ${value}: ${stdin}: use a file or a socket, e.g. file:/PATH`);
  if (isOwn(settings.get("path") ?? ""))
    problems.push(`-${option} ${value}: ${ownFolder} is where the provider has its own sockets: use another folder`);
  return problems;
}

const isOwn = (path: string) => `${path.replace(/\/+/g, "/")}/`.startsWith(`${ownFolder}/`);

/** Names absolute paths: QEMU runs in / on each host. */
function relativePaths(argv: readonly string[]): string[] {
  const images = imagesOf(argv).filter(({ path }) => !hasProtocol(path));
  const asPaths = ["kernel", "initrd", "dtb", "shim"];
  const read = optionsOf(argv).flatMap((option) =>
    asPaths.includes(option.option) && option.value ? [{ ...option, path: option.value }] : [],
  );
  return [...images, ...read, ...writtenFilesOf(argv)]
    .filter(({ path }) => !path.startsWith("/"))
    .map(({ option, path, index }) => {
      const reason = `QEMU runs in / on each host, and ${path} is a relative path: write an absolute one`;
      const word = argv[index] ?? "";
      return isDiskShorthand(word)
        ? `${word}: a word that belongs to no option is a disk image. ${reason}`
        : `-${option}: ${reason}`;
    });
}
