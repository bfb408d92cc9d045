/** Everything about certificates that one host can tell, by one command. Of private keys, only the public halves. */
import type { Host } from "../host/host";
import { runScript, scriptFile } from "../host/script";
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

const script = scriptFile(__dirname, "inspect.sh");

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
