/** What a guest needs of a host: asked for by one command, and what is said when it is not there. */
import type { Host } from "../host/host";
import { runScript } from "../host/script";

export interface Requirement {
  kind: "image" | "file" | "certificate" | "folder" | "bridge" | "emulator";
  /** A path, or a bridge's name. */
  what: string;
}

/** An inode is the same on all hosts that mount one NFS export, and names the file there. */
const script = `for need; do
    kind=\${need%%:*} what=\${need#*:}
    case $kind in
      image) [ -e "$what" ] && echo "has $(stat -Lc %i -- "$what") $need" || echo "lacks - $need" ;;
      file | certificate) [ -e "$what" ] && echo "has - $need" || echo "lacks - $need" ;;
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

const remedies: Readonly<Record<Provision["kind"], string>> = {
  image: "Put the image there, or mount the storage that holds it (NfsMount)",
  file: "Put the file there",
  certificate: "A LibvirtTlsPki with both hosts makes it; or set migration.tls to false",
  folder: "Make the folder, or mount the storage that holds it (NfsMount)",
  bridge: "Make the bridge (`ip link add … type bridge` or `ovs-vsctl add-br …`)",
  emulator:
    "Install it (Debian: `apt-get install qemu-system-x86`), or name another <emulator> in the guest's definition",
};

export function lacks(name: string, provisions: readonly Provision[]): string[] {
  const missing = provisions.filter(({ has }) => !has);
  return [...new Set(missing.map(({ kind }) => kind))].map((kind) => {
    const all = missing.filter((one) => one.kind === kind).map(({ what }) => what);
    return `${name} has no ${kind} ${all.join(", ")}, which the guest needs. ${remedies[kind]}.`;
  });
}

/** The same path may be another file: a guest that moved onto it would go on with another disk. */
export function otherImages(
  from: string,
  to: string,
  here: readonly Provision[],
  there: readonly Provision[],
): string[] {
  return here.flatMap(({ what, inode }) => {
    const other = there.find((provision) => provision.what === what)?.inode;
    if (inode === undefined || other === undefined || inode === other) return [];
    return [`${what} on ${to} is another file than on ${from}. Both hosts have to mount the same storage there.`];
  });
}
