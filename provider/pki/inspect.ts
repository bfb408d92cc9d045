/** Everything about certificates that one host can tell, by one command. Of private keys, only the public halves. */
import type { Host } from "../host/host";
import { runScript } from "../host/script";
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

/** A line for each fact: a word, a path, and what is there, in base64 where it has lines. */
const script = `
  certtool --version > /dev/null
  folders=$1 paths=$2 record=$3 untold=$4 suffix=$5
  echo "hostname $(hostname)"
  echo "clock $(date +%s)"
  echo "qemuGroup $(id -gn libvirt-qemu 2>/dev/null || id -gn qemu 2>/dev/null || true)"
  for folder in $folders; do [ ! -d "$folder" ] || echo "folder $folder"; done
  for path in $paths; do
    if [ -e "$path$suffix" ] || [ -L "$path$suffix" ]; then echo "aside $path"; fi
    [ -e "$path" ] || { [ ! -L "$path" ] || echo "file $path link root root"; continue; }
    case $path in
      *key.pem) text=$(certtool --load-privkey "$path" --pubkey-info 2>/dev/null | sed -n '/BEGIN PUBLIC/,/END PUBLIC/p');;
      *) text=$(cat -- "$path");;
    esac
    echo "file $path $(stat -Lc '%a %U %G' -- "$path") $(printf '%s' "$text" | base64 -w 0)"
  done
  [ ! -e "$record" ] || echo "record $(base64 -w 0 -- "$record")"
  [ ! -e "$untold" ] || echo "untold yes"`;

export async function inspect(host: Host, signal: AbortSignal): Promise<PkiFacts> {
  const values = [allFolders.join(" "), allPaths.join(" "), recordPath, untoldPath, asidePath("")];
  return parseInspection((await runScript(host, script, values, { signal })).stdout);
}

/** Pure: the script's answer. */
export function parseInspection(answer: string): PkiFacts {
  const all = answer.split("\n").map((line) => line.split(" "));
  const rest = (word: string) => all.filter(([first]) => first === word).map(([, ...others]) => others);
  const one = (word: string) => rest(word)[0]?.[0] ?? "";
  const seen = ([path = "", mode = "", owner = "", group = "", text = ""]: string[]): [string, SeenFile] => [
    path,
    { mode, owner, group, text: decode(text) },
  ];
  return {
    hostname: one("hostname"),
    clock: new Date(Number(one("clock")) * 1000),
    qemuGroup: one("qemuGroup"),
    folders: rest("folder").map(([path = ""]) => path),
    files: new Map(rest("file").map(seen)),
    aside: rest("aside").map(([path = ""]) => path),
    record: decode(one("record")),
    untold: one("untold") !== "",
  };
}

const decode = (text: string) => Buffer.from(text, "base64").toString();
