/** What can go wrong with NFS, as types; where the words of exportfs and mount.nfs become types. */
import { type CommandFailed, HostError } from "../host/errors";
import { parseSource } from "./mount-source";

/** exportfs did not take an export. All is as it was before. */
export class ExportRefused extends HostError {
  constructor(failed: CommandFailed, path: string) {
    const said = (failed.stderr.trim() || failed.stdout.trim()).replaceAll(/^exportfs: /gm, "");
    super(
      failed.host,
      `${failed.host}: exportfs refused the export of ${path}: ${said}\nWhat was exported before still is.`,
    );
  }
}

/** exportfs was content, and yet its table has something else. */
export class ExportNotEffective extends HostError {
  constructor(host: string, differences: readonly string[]) {
    super(host, `exportfs said nothing, but its table differs:\n${differences.join("\n")}\nAll was put back.`);
  }
}

/** Why a mount failed. */
export type MountFailure =
  | "not exported"
  | "server not answering"
  | "server unknown"
  | "option refused"
  | "version refused"
  | "no mount.nfs"
  | "other";

/** The mount of a source failed. */
export class MountFailed extends HostError {
  constructor(
    host: string,
    readonly failure: MountFailure,
    message: string,
  ) {
    super(host, message);
  }
}

/** Tried in this order. @see https://man7.org/linux/man-pages/man8/mount.nfs.8.html */
const failures: readonly [RegExp, MountFailure][] = [
  [/access denied by server|No such file or directory|Permission denied|Operation not permitted/i, "not exported"],
  [
    /Connection timed out|Connection refused|No route to host|Network is unreachable|Host is down|timed? ?out/i,
    "server not answering",
  ],
  [/Failed to resolve server|Name or service not known|Temporary failure in name resolution/i, "server unknown"],
  [/helper program|mount\.nfs: not found|unknown filesystem type/i, "no mount.nfs"],
  [/NFS version or transport protocol is not supported|Protocol not supported/i, "version refused"],
  [/incorrect mount option|Invalid argument|Failed to find '.*' protocol|bad option|Unsupported/i, "option refused"],
];

/** Pure: the kind of a failed mount. @param exitCode 124 and 137 are timeout(1)'s, -1 a signal's */
export function mountFailure(exitCode: number, said: string): MountFailure {
  const known = failures.find(([words]) => words.test(said))?.[1];
  return known ?? ([124, 137, -1].includes(exitCode) ? "server not answering" : "other");
}

interface FailedMount {
  host: string;
  /** `SERVER:/path`. */
  source: string;
  options: readonly string[];
  exitCode: number;
  said: string;
}

export function mountFailed({ host, source, options, exitCode, said }: FailedMount): MountFailed {
  const failure = mountFailure(exitCode, said);
  const { server, path } = parseSource(source) ?? { server: source, path: "" };
  const words: Record<MountFailure, string> = {
    "not exported": `${server} does not export ${path} to it. Export it (on the server, \`exportfs -s\` shows what is), or correct source.`,
    "server not answering": `${server} does not answer. See that it is up, that nfs-server runs there, and that TCP port 2049 is open.`,
    "server unknown": `the name ${server} is not known there. Use the server's address, or teach the host the name.`,
    "option refused": `an option is refused there: ${options.join(",")}. Compare them with nfs(5) of that host.`,
    "version refused": `${server} does not speak this version or transport of NFS: ${options.join(",")}. Change vers= or proto=.`,
    "no mount.nfs": "there is no mount.nfs. Install it: on Debian, `apt-get install nfs-common`.",
    other: "see what mount said.",
  };
  const end = said.trim() === "" ? "" : `\nmount said: ${said.trim()}`;
  return new MountFailed(host, failure, `${host} cannot mount ${source}: ${words[failure]}${end}`);
}
