/** Everything about ssh that one host can tell, by one command. Of private keys, only the public halves. */
import type { Host } from "../../host/host";
import { firstOf, type HostRecord, parseRecords, recordFunctions, valuesOf } from "../../host/records";
import { runScript } from "../../host/script";
import { places, type SharedFile, sharedFiles } from "./places";
import { type PublicKey, parsePublicKey } from "./public-key";

export interface SeenFile {
  /** One character a byte, whatever the encoding: what is not ours goes back as it came. Empty when there is no file. */
  text: string;
  /** What sshd would not accept, in words. */
  problem: string | undefined;
}

export interface SshFacts {
  /** What sshd would not accept of root's `.ssh`, in words. */
  folderProblem: string | undefined;
  /** Root's key; undefined when there is none, or it cannot be used. */
  key: PublicKey | undefined;
  /** Why the key cannot be used, in words. */
  keyProblem: string | undefined;
  /** sshd's keys, as `TYPE BASE64`. */
  hostKeys: string[];
  files: Record<SharedFile, SeenFile>;
  hasVirsh: boolean;
  /** Of the running kernel: tells whether two addresses lead to one machine. */
  bootId: string;
}

/** An empty passphrase is given, so that ssh-keygen asks for none. */
const script = `${recordFunctions}
  folder=$1 key=$2; shift 2
  command -v ssh-keygen > /dev/null || exec ssh-keygen
  for path in "$folder" "$@"; do
    [ ! -e "$path" ] || record access "$path" "$(stat -Lc '%a %U' -- "$path")"
  done
  for path; do [ ! -e "$path" ] || record text "$path" "$(base64 -w 0 -- "$path")"; done
  if [ -e "$key" ]; then
    public=$(ssh-keygen -y -P '' -f "$key" 2>&1) && code=0 || code=$?
    record key "$code" "$public"
  elif [ -e "$key.pub" ]; then record half "$key.pub"; fi
  [ -z "$(command -v virsh)" ] || record virsh yes
  read -r boot < /proc/sys/kernel/random/boot_id; record boot "$boot"
  set -- /etc/ssh/ssh_host_*_key.pub
  [ ! -e "$1" ] || record hostKeys "$(grep -h '' -- "$@")"`;

export async function inspectSsh(host: Host, signal: AbortSignal): Promise<SshFacts> {
  const paths = [places.folder, places.key, ...sharedFiles.map((file) => places[file])];
  return parseInspection((await runScript(host, script, paths, { signal })).stdout);
}

/** Pure: the script's answer. */
export function parseInspection(answer: string): SshFacts {
  const records = parseRecords(answer);
  const about = (key: string, path: string) => valuesOf(records, key).find(([first]) => first === path)?.[1];
  const file = (path: string): SeenFile => ({
    text: Buffer.from(about("text", path) ?? "", "base64").toString("latin1"),
    problem: accessProblem(about("access", path)),
  });
  return {
    folderProblem: accessProblem(about("access", places.folder)),
    ...keyFacts(records),
    hostKeys: firstOf(records, "hostKeys")
      .split("\n")
      .flatMap((line) => parsePublicKey(line)?.text ?? []),
    files: { knownHosts: file(places.knownHosts), authorizedKeys: file(places.authorizedKeys) },
    hasVirsh: firstOf(records, "virsh") !== "",
    bootId: firstOf(records, "boot"),
  };
}

function keyFacts(records: readonly HostRecord[]): Pick<SshFacts, "key" | "keyProblem"> {
  const [code, said = ""] = valuesOf(records, "key")[0] ?? [];
  const key = code === "0" ? parsePublicKey(said) : undefined;
  if (firstOf(records, "half")) return { key, keyProblem: "has a public half, and no private one" };
  const why = said.trim().split("\n").at(-1);
  return { key, keyProblem: code === undefined || key ? undefined : `cannot be used without a passphrase: ${why}` };
}

/** sshd ignores what others could have written. @param access mode and owner; undefined when there is nothing */
function accessProblem(access: string | undefined): string | undefined {
  if (access === undefined) return undefined;
  const [mode = "", owner] = access.split(" ");
  const isSafe = owner === "root" && (Number.parseInt(mode, 8) & 0o022) === 0;
  return isSafe ? undefined : `is ${mode} ${owner}, which sshd does not accept`;
}
