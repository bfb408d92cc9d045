/** Requirements of a guest on a host: checked by one command, with a message for those that are not met. */
import type { RemoteHost } from "../../host/host";
import { runScript, scriptFile } from "../../host/script";

export interface Requirement {
  kind: "image" | "file" | "certificate" | "folder" | "bridge" | "emulator";
  /** A path, or a bridge's name. */
  what: string;
}

const script = scriptFile(__dirname, "host-requirements.sh");

export interface CheckedRequirement extends Requirement {
  isMet: boolean;
  /** Number of the image's file; absent when it does not exist. */
  inode?: string;
}

export async function checkRequirements(
  host: RemoteHost,
  needs: readonly Requirement[],
  signal: AbortSignal,
): Promise<CheckedRequirement[]> {
  const argv = needs.map(({ kind, what }) => `${kind}:${what}`);
  const { stdout } = await runScript(host, script, argv, { signal });
  const lines = stdout.split("\n");
  return needs.map((need, index) => {
    const [answer, inode = "-"] = (lines[index] ?? "").split(" ");
    return { ...need, isMet: answer === "has", ...(inode !== "-" && { inode }) };
  });
}

export type Remedies = Readonly<Record<Requirement["kind"], string>>;

/** Fixes that help with any driver; each driver adds its own. */
export const commonRemedies = {
  image: "Put the image there, or mount the storage that holds it (NfsMount)",
  file: "Put the file there",
  folder: "Make the folder, or mount the storage that holds it (NfsMount)",
  bridge: "Make the bridge (`ip link add … type bridge` or `ovs-vsctl add-br …`)",
};

export function missingRequirements(
  hostName: string,
  checked: readonly CheckedRequirement[],
  remedies: Remedies,
): string[] {
  const missing = checked.filter(({ isMet }) => !isMet);
  return [...new Set(missing.map(({ kind }) => kind))].map((kind) => {
    const all = missing.filter((one) => one.kind === kind).map(({ what }) => what);
    return `${hostName} has no ${kind} ${all.join(", ")}, which the guest needs. ${remedies[kind]}.`;
  });
}

/** The same path may be another file: a guest that moved onto it would go on with another disk. */
export function differentImages(
  from: string,
  to: string,
  here: readonly CheckedRequirement[],
  there: readonly CheckedRequirement[],
): string[] {
  return here.flatMap(({ what, inode }) => {
    const other = there.find((image) => image.what === what)?.inode;
    if (inode === undefined || other === undefined || inode === other) return [];
    return [`${what} on ${to} is not the same file as on ${from}. Both hosts have to mount the same storage there.`];
  });
}
