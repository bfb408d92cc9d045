/**
 * What a host was like before, kept on the host itself: it is written before anything is changed, so that a crash at
 * any moment leaves enough to go back. It also marks the host as ours.
 */

import { writeTextFile } from "../host/files";
import type { Host } from "../host/host";
import { runScript, sh } from "../host/script";
import type { PkiFacts } from "./inspect";
import { ownFolder, recordPath } from "./layout";

export interface UnitState {
  enabled: boolean;
  active: boolean;
}

export interface Before {
  /** Address of the authority that the host belongs to. */
  authority: string;
  /** Folders that were made. */
  folders: string[];
  /** Units as they were, by name; absent on a machine that is only the authority. */
  units: Record<string, UnitState>;
  /** Files that were taken over: they wait beside, to be put back. */
  aside: string[];
}

/** Pure. @returns undefined when there is none, or nothing that can be understood */
export function parseRecord(text: string): Before | undefined {
  try {
    const { authority, folders = [], units = {}, aside = [] } = JSON.parse(text) as Before;
    return typeof authority === "string" ? { authority, folders, units, aside } : undefined;
  } catch {
    return undefined;
  }
}

/** Pure: what was noted first stays. */
export function mergeRecords(noted: Before | undefined, now: Before): Before {
  if (!noted) return now;
  return {
    authority: now.authority,
    folders: [...new Set([...noted.folders, ...now.folders])],
    units: { ...now.units, ...noted.units },
    aside: [...new Set([...noted.aside, ...now.aside])],
  };
}

/** Notes what was there, then makes the folders. */
export async function prepare(host: Host, facts: PkiFacts, folders: readonly string[], before: Before): Promise<void> {
  const text = `${JSON.stringify(before, undefined, 2)}\n`;
  if (facts.record !== text) {
    await runScript(host, sh`umask 077; mkdir -p -- "$1"`, [ownFolder]);
    await writeTextFile(host, recordPath, text, { mode: 0o600 });
  }
  const missing = folders.filter((folder) => !facts.folders.includes(folder));
  if (missing.length === 0) return;
  await runScript(host, sh`for folder in "$@"; do [ -d "$folder" ] || install -d -m 755 -- "$folder"; done`, missing);
}
