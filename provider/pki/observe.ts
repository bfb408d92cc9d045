/** Everything that one host can tell about its certificates, by one command. Private keys never leave it. */
import type { RemoteHost } from "../host/host";
import { runScript, scriptFile } from "../host/script";
import { pemIn } from "./certificate";
import {
  allFolders,
  allPaths,
  baselinePath,
  identities,
  reloadPendingPath,
  renewalPendingPath,
  requestKeyPath,
} from "./layout";

export interface FileFacts {
  /** As `stat -c %a` prints it. */
  mode: string;
  owner: string;
  group: string;
  /** A certificate, or the public half of a key; empty when certtool cannot read the key. */
  text: string;
}

export interface PkiFacts {
  hostname: string;
  clock: Date;
  /** Primary group of the user that QEMU runs as; empty without one. */
  qemuGroup: string;
  folders: string[];
  files: ReadonlyMap<string, FileFacts>;
  /** Text of {@link baselinePath}; empty when there is none. */
  baseline: string;
  /** The daemon has not loaded its new certificates yet. */
  reloadPending: boolean;
  /** QEMU's authority has to be made anew. */
  renewalPending: boolean;
}

const script = scriptFile(__dirname, "observe.sh");

export async function observePki(host: RemoteHost, signal: AbortSignal): Promise<PkiFacts> {
  const paths = [...allPaths, ...identities.map(requestKeyPath)].join(" ");
  const values = [allFolders.join(" "), paths, baselinePath, reloadPendingPath, renewalPendingPath];
  return parsePkiFacts((await runScript(host, script, values, { signal })).stdout);
}

/** Pure: the facts in the script's answer. */
export function parsePkiFacts(answer: string): PkiFacts {
  const [head = "", ...named] = answer.split(/^==> (\S+) <==$/m);
  const texts = new Map<string, string>(
    named.flatMap((path, index) => (index % 2 === 0 ? [[path, named[index + 1] ?? ""] as const] : [])),
  );
  const all = head.split("\n").map((line) => line.split(" "));
  const rest = (word: string) => all.filter(([first]) => first === word).map(([, ...others]) => others);
  const one = (word: string) => rest(word)[0]?.[0] ?? "";
  const seen = ([path = "", mode = "", owner = "", group = ""]: string[]): [string, FileFacts] => [
    path,
    { mode, owner, group, text: readable(path, texts.get(path) ?? "") },
  ];
  return {
    hostname: one("hostname"),
    clock: new Date(Number(one("clock")) * 1000),
    qemuGroup: one("qemuGroup"),
    folders: rest("folder").map(([path = ""]) => path),
    files: new Map(rest("file").map(seen)),
    baseline: Buffer.from(one("record"), "base64").toString(),
    reloadPending: one("untold") !== "",
    renewalPending: one("renewal") !== "",
  };
}

const readable = (path: string, text: string) =>
  path.endsWith("key.pem") ? (pemIn(text, "PUBLIC KEY") ?? "") : `${text.trim()}\n`;
