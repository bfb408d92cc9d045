/** Whose openings a host has, whatever resource they are of. */
import { readMark } from "../host/file-mark";
import type { RemoteHost } from "../host/host";
import { askRecords, recordFunctions, valuesOf } from "../host/records";
import { sh } from "../host/script";
import type { Owner } from "../util/owner";
import { notesFolder } from "./note";

const script = sh`${recordFunctions}for note in "$1"/*; do [ ! -f "$note" ] || record_output note cat -- "$note"; done`;

/** Notes of earlier versions name none. */
export async function notedOwners(host: RemoteHost, signal: AbortSignal): Promise<Owner[]> {
  const records = await askRecords(host, script, [notesFolder], { signal });
  return valuesOf(records, "note").flatMap(([text]) => readMark(text)?.owner ?? []);
}
