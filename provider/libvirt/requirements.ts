/** What a definition needs of a host: read out of the XML by a pure function, asked for by one command. */
import { posix } from "node:path";
import type { Host } from "../host/host";
import { runScript } from "../host/script";
import { type Element, elementsAt, isElement, parseXml, textAt } from "./xml";

export interface Requirement {
  kind: "image" | "folder" | "bridge" | "emulator";
  /** A path, or a bridge's name. */
  what: string;
}

/** Pure. Only what is a plain file, folder or bridge: the rest is for libvirt to judge. */
export function requirementsOf(definition: string): Requirement[] {
  const domain = parseXml(definition);
  const devices = elementsAt(domain, "devices").flatMap(({ children }) => children.filter(isElement));
  const emulator = textAt(domain, "devices", "emulator");
  const needs = devices.flatMap(needsOf);
  const all: Requirement[] = emulator === undefined ? needs : [{ kind: "emulator", what: emulator }, ...needs];
  return [...new Map(all.map((need) => [`${need.kind} ${need.what}`, need])).values()];
}

function needsOf(device: Element): Requirement[] {
  const source = elementsAt(device, "source")[0]?.attributes ?? {};
  if (device.name === "disk" && source.file) return [{ kind: "image", what: source.file }];
  if (device.name === "disk" && source.dev) return [{ kind: "image", what: source.dev }];
  if (device.name === "interface" && source.bridge) return [{ kind: "bridge", what: source.bridge }];
  const writes =
    ["serial", "console", "parallel", "channel"].includes(device.name) && device.attributes.type === "file";
  return writes && source.path ? [{ kind: "folder", what: posix.dirname(source.path) }] : [];
}

/** An inode is the same on all hosts that mount one NFS export, and names the file there. */
const script = `for need; do
    kind=\${need%%:*} what=\${need#*:}
    case $kind in
      image) [ -e "$what" ] && echo "has $(stat -Lc %i -- "$what") $need" || echo "lacks - $need" ;;
      folder) [ -d "$what" ] && echo "has - $need" || echo "lacks - $need" ;;
      bridge) [ -e "/sys/class/net/$what" ] && echo "has - $need" || echo "lacks - $need" ;;
      emulator) [ -x "$what" ] && echo "has - $need" || echo "lacks - $need" ;;
    esac
  done`;

export interface Provision extends Requirement {
  has: boolean;
  /** Of an image that is there. */
  inode?: string;
}

export async function provisionsOf(
  host: Host,
  needs: readonly Requirement[],
  signal: AbortSignal,
): Promise<Provision[]> {
  const words = needs.map(({ kind, what }) => `${kind}:${what}`);
  const { stdout } = await runScript(host, script, words, { signal });
  const lines = stdout.split("\n");
  return needs.map((need, index) => {
    const [answer, inode = "-"] = (lines[index] ?? "").split(" ");
    return { ...need, has: answer === "has", ...(inode !== "-" && { inode }) };
  });
}
