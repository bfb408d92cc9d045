/**
 * What a host was like before it was enrolled, kept on the host itself: it is written before anything is changed, so
 * that a crash at any moment leaves enough to go back. It also marks the host as ours.
 */
import { writeTextFile } from "../host/files";
import type { RemoteHost } from "../host/host";
import { runScript, sh } from "../host/script";
import { type Owner, parseOwner, printOwner } from "../util/owner";
import { baselinePath, ownFolder } from "./layout";
import type { PkiFacts } from "./observe";

export interface UnitState {
  enabled: boolean;
  active: boolean;
}

export interface HostBaseline {
  /** Address of the authority that the host belongs to. */
  authority: string;
  /** The resource that has enrolled it; undefined where an earlier version has. */
  owner: Owner | undefined;
  /** Folders that did not exist. */
  folders: string[];
  /** Units as they were, by name; empty on a machine that is only the authority. */
  units: Record<string, UnitState>;
  /** Files that were replaced, and are restored at removal. */
  backups: string[];
  /** Marks of files that an authority outside has made and that were installed here. */
  given: string[];
}

/** Hosts have such files, so their keys never change. */
type Saved = Omit<HostBaseline, "backups" | "owner" | "given"> & {
  owner?: string;
  aside: string[];
  given?: string[];
};

/** Pure. @returns undefined when there is none, or nothing that can be understood */
export function parseBaseline(text: string): HostBaseline | undefined {
  try {
    const { authority, owner, folders = [], units = {}, aside = [], given = [] } = JSON.parse(text) as Partial<Saved>;
    if (typeof authority !== "string") return undefined;
    return { authority, owner: parseOwner(owner), folders, units, backups: aside, given };
  } catch {
    return undefined;
  }
}

/** Pure: the file's format. */
export function printBaseline({ authority, owner, folders, units, backups, given }: HostBaseline): string {
  const noted = { ...(owner && { owner: printOwner(owner) }), ...(given.length > 0 && { given }) };
  const saved: Saved = { authority, ...noted, folders, units, aside: backups };
  return `${JSON.stringify(saved, undefined, 2)}\n`;
}

/** Pure: what was saved first stays, but for the marks: those that are not on the host any more are left out. */
export function mergeBaselines(saved: HostBaseline | undefined, now: HostBaseline): HostBaseline {
  if (!saved) return now;
  return {
    authority: now.authority,
    owner: now.owner ?? saved.owner,
    folders: [...new Set([...saved.folders, ...now.folders])],
    units: { ...now.units, ...saved.units },
    backups: [...new Set([...saved.backups, ...now.backups])],
    given: now.given,
  };
}

export async function saveBaseline(host: RemoteHost, facts: PkiFacts, baseline: HostBaseline): Promise<void> {
  const text = printBaseline(baseline);
  if (facts.baseline === text) return;
  await runScript(host, sh`umask 077; mkdir -p -- "$1"`, [ownFolder]);
  await writeTextFile(host, baselinePath, text, { mode: 0o600 });
}

/** Makes the folders that do not exist yet. */
export async function makeFolders(host: RemoteHost, facts: PkiFacts, folders: readonly string[]): Promise<void> {
  const missing = folders.filter((folder) => !facts.folders.includes(folder));
  if (missing.length === 0) return;
  await runScript(host, sh`for folder; do [ -d "$folder" ] || install -d -m 755 -- "$folder"; done`, missing);
}
