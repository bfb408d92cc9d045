/** Everything about ssh that one host can tell, by one command. Of private keys, only the public halves. */
import { isIP } from "node:net";
import type { RemoteHost } from "../../host/host";
import { askRecords, firstOf, type HostRecord, recordFunctions, valuesOf } from "../../host/records";
import { scriptFile, sh } from "../../host/script";
import { type SharedFile, sharedFiles, sshPaths } from "./places";
import { type PublicKey, parsePublicKey } from "./public-key";

interface SeenFile {
  /** One character a byte, whatever the encoding: what is not ours goes back as it came. Empty when there is no file. */
  text: string;
  /** Why sshd would not trust it, in words. */
  problem: string | undefined;
}

export interface SshFacts {
  /** Why sshd would not trust what is in root's `.ssh`, in words. */
  folderProblem: string | undefined;
  /** Root's key; undefined when there is none, or it cannot be used. */
  key: PublicKey | undefined;
  /** Why the key cannot be used, in words. */
  keyProblem: string | undefined;
  /** sshd's keys, as `TYPE BASE64`. */
  hostKeys: string[];
  files: Record<SharedFile, SeenFile>;
  hasVirsh: boolean;
  /** The address that a connection to a peer's address comes from; only IP addresses are asked for. */
  sources: ReadonlyMap<string, string>;
  /** Boot id of the running kernel: tells whether two addresses lead to one machine. */
  bootId: string;
}

/** An empty passphrase is given, so that ssh-keygen asks for none. */
const script = sh`${recordFunctions}${scriptFile(__dirname, "inspect.sh")}`;

/** @param peers addresses of other hosts */
export async function inspectSsh(host: RemoteHost, peers: readonly string[], signal: AbortSignal): Promise<SshFacts> {
  const numeric = peers.filter((address) => isIP(address)).join(" ");
  const values = [sshPaths.folder, sshPaths.key, numeric, ...sharedFiles.map((file) => sshPaths[file])];
  return parseInspection(await askRecords(host, script, values, { signal }));
}

/** Pure: the script's answer. */
export function parseInspection(records: readonly HostRecord[]): SshFacts {
  const about = (key: string, path: string) => valuesOf(records, key).find(([first]) => first === path)?.[1];
  const file = (path: string): SeenFile => ({
    text: Buffer.from(about("text", path) ?? "", "base64").toString("latin1"),
    problem: accessProblem(about("access", path)),
  });
  return {
    folderProblem: accessProblem(about("access", sshPaths.folder)),
    ...keyFacts(records),
    hostKeys: firstOf(records, "hostKeys")
      .split("\n")
      .flatMap((line) => parsePublicKey(line)?.text ?? []),
    files: { knownHosts: file(sshPaths.knownHosts), authorizedKeys: file(sshPaths.authorizedKeys) },
    hasVirsh: firstOf(records, "virsh") !== "",
    sources: new Map(valuesOf(records, "route").flatMap(([peer = "", route = ""]) => sourceIn(peer, route))),
    bootId: firstOf(records, "boot"),
  };
}

function sourceIn(peer: string, route: string): [string, string][] {
  const source = / src (\S+)/.exec(route)?.[1] ?? "";
  return isIP(source) ? [[peer, source]] : [];
}

function keyFacts(records: readonly HostRecord[]): Pick<SshFacts, "key" | "keyProblem"> {
  const [code, said = ""] = valuesOf(records, "key")[0] ?? [];
  const key = code === "0" ? parsePublicKey(said) : undefined;
  if (firstOf(records, "half")) return { key, keyProblem: "has a public key but no private key" };
  const why = said.trim().split("\n").at(-1);
  return { key, keyProblem: code === undefined || key ? undefined : `cannot be used without a passphrase: ${why}` };
}

/** sshd ignores what others could have written; Debian's lets a group do it that has nobody else in it. @param access mode and owner; undefined when there is nothing */
function accessProblem(access: string | undefined): string | undefined {
  if (access === undefined) return undefined;
  const [mode = "", owner] = access.split(" ");
  const isSafe = owner === "root" && (Number.parseInt(mode, 8) & 0o022) === 0;
  return isSafe ? undefined : `is ${mode} ${owner}: others could write it`;
}
