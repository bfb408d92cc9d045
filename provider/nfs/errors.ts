/** NFS errors as types. This is the only place that interprets the messages of exportfs and mount.nfs. */
import { type CommandFailed, HostError } from "../host/errors";
import { endOf } from "../util/printable";
import { parseSource } from "./mount-source";

/** exportfs refused an export. Nothing has changed. */
export class ExportRefused extends HostError {
  constructor(failed: CommandFailed, path: string) {
    const said = (endOf(failed.stderr) || endOf(failed.stdout)).replaceAll(/^exportfs: /gm, "");
    super(
      failed.host,
      `${failed.host}: exportfs refused the export of ${path}: ${said}\nEarlier exports are unchanged.`,
    );
  }
}

/** exportfs reported success, but its table differs. The change was undone. */
export class ExportNotEffective extends HostError {
  constructor(host: string, differences: readonly string[]) {
    super(host, `exportfs reported success, but its table differs:\n${differences.join("\n")}\nThe change was undone.`);
  }
}

/** Cause of a failed mount. */
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
  const known = failures.find(([pattern]) => pattern.test(said))?.[1];
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

export function mountFailed({ host, source, options, exitCode, said: output }: FailedMount): MountFailed {
  const said = endOf(output);
  const failure = mountFailure(exitCode, said);
  const { server, path } = parseSource(source) ?? { server: source, path: "" };
  const causes: Record<MountFailure, string> = {
    "not exported": `${server} does not export ${path} to it. Export it (\`exportfs -s\` on the server lists all exports), or correct source.`,
    "server not answering": `${server} does not answer. Check that it is up, that nfs-server runs there, and that TCP port 2049 is open.`,
    "server unknown": `the name ${server} cannot be resolved there. Use the server's address, or make the name resolvable there (DNS or /etc/hosts).`,
    "option refused": `one of the options is not supported there: ${options.join(",")}. Compare them with nfs(5) on that host.`,
    "version refused": `${server} does not support this version or transport of NFS: ${options.join(",")}. Change vers= or proto=.`,
    "no mount.nfs": "it has no mount.nfs. Install it: on Debian, `apt-get install nfs-common`.",
    other: "see the output of mount.",
  };
  const end = said === "" ? "" : `\nmount said: ${said}`;
  return new MountFailed(host, failure, `${host} cannot mount ${source}: ${causes[failure]}${end}`);
}
