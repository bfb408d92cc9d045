/** Everything about certificates that one host can tell, by one command. Of private keys, only the public halves. */
import type { Host } from "../host/host";
import { runScript } from "../host/script";
import { pemIn } from "./certificate";
import { allFolders, allPaths, asidePath, recordPath, untoldPath } from "./layout";

export interface SeenFile {
  /** As `stat -c %a` prints it. */
  mode: string;
  owner: string;
  group: string;
  /** A certificate's text, or the public half of a key; empty when certtool can make nothing of a key. */
  text: string;
}

export interface PkiFacts {
  hostname: string;
  clock: Date;
  /** Primary group of the user that QEMU runs as; empty without one. */
  qemuGroup: string;
  folders: string[];
  files: ReadonlyMap<string, SeenFile>;
  /** Paths with a file that was there before and waits beside. */
  aside: string[];
  /** Text of {@link recordPath}; empty when there is none. */
  record: string;
  /** The daemon has not been told of its new certificates. */
  untold: boolean;
}

/**
 * A line for each fact: a word, and what it is about; then each file under its name, as head(1) prints it. Few processes,
 * since each of them takes long on a busy host.
 */
const script = `
  command -v certtool > /dev/null || exec certtool
  folders=$1 paths=$2 record=$3 untold=$4 suffix=$5
  read -r name < /proc/sys/kernel/hostname
  echo "hostname $name"
  echo "clock $(date +%s)"
  echo "qemuGroup $(id -gn libvirt-qemu 2>/dev/null || id -gn qemu 2>/dev/null || true)"
  for folder in $folders; do [ ! -d "$folder" ] || echo "folder $folder"; done
  certificates= keys=
  for path in $paths; do
    if [ -e "$path$suffix" ] || [ -L "$path$suffix" ]; then echo "aside $path"; fi
    if [ ! -e "$path" ]; then [ ! -L "$path" ] || echo "file $path link root root"; continue; fi
    case $path in *key.pem) keys="$keys $path";; *) certificates="$certificates $path";; esac
  done
  [ ! -e "$record" ] || echo "record $(base64 -w 0 -- "$record")"
  [ ! -e "$untold" ] || echo "untold yes"
  [ -z "$certificates$keys" ] || stat -Lc 'file %n %a %U %G' -- $certificates $keys
  [ -z "$certificates" ] || head -v -c 100000 -- $certificates
  for path in $keys; do printf '\n==> %s <==\n' "$path"; certtool --load-privkey "$path" --pubkey-info 2>/dev/null || true; done`;

export async function inspect(host: Host, signal: AbortSignal): Promise<PkiFacts> {
  const values = [allFolders.join(" "), allPaths.join(" "), recordPath, untoldPath, asidePath("")];
  return parseInspection((await runScript(host, script, values, { signal })).stdout);
}

/** Pure: the script's answer. */
export function parseInspection(answer: string): PkiFacts {
  const [head = "", ...named] = answer.split(/^==> (\S+) <==$/m);
  const texts = new Map<string, string>(
    named.flatMap((path, index) => (index % 2 === 0 ? [[path, named[index + 1] ?? ""] as const] : [])),
  );
  const all = head.split("\n").map((line) => line.split(" "));
  const rest = (word: string) => all.filter(([first]) => first === word).map(([, ...others]) => others);
  const one = (word: string) => rest(word)[0]?.[0] ?? "";
  const seen = ([path = "", mode = "", owner = "", group = ""]: string[]): [string, SeenFile] => [
    path,
    { mode, owner, group, text: readable(path, texts.get(path) ?? "") },
  ];
  return {
    hostname: one("hostname"),
    clock: new Date(Number(one("clock")) * 1000),
    qemuGroup: one("qemuGroup"),
    folders: rest("folder").map(([path = ""]) => path),
    files: new Map(rest("file").map(seen)),
    aside: rest("aside").map(([path = ""]) => path),
    record: Buffer.from(one("record"), "base64").toString(),
    untold: one("untold") !== "",
  };
}

const readable = (path: string, text: string) =>
  path.endsWith("key.pem") ? (pemIn(text, "PUBLIC KEY") ?? "") : `${text.trim()}\n`;
