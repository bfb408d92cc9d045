/**
 * A scripted host whose `virsh` keeps domains as files in a folder, with the locks and the journal beside them: all that a
 * placement of a guest that is off does is done there, by a real shell.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programmedHost } from "./programmed-host";
import type { ScriptedHost } from "./scripted-host";

/** Knows what a placement of a guest that is off asks for. It starts no process that it need not: hundreds are asked about. */
const virsh = String.raw`#!/bin/sh
[ "$1" != --readonly ] || shift
[ "$1" != --connect ] || shift 2
run() {
  name=$1; shift
  case $name in
    echo) printf '%s\n' "$1" ;;
    help) echo --keep-tpm ;;
    define) tr -d '\n' > "$HERE/defined.$$"; IFS= read -r xml < "$HERE/defined.$$"; rm "$HERE/defined.$$"
      rest=${"$"}{xml#*<uuid>}; printf '%s\n' "$xml" > "$HERE/domains/${"$"}{rest%%</uuid>*}" ;;
    list) for file in "$HERE"/domains/*; do
        [ -e "$file" ] || continue
        case $* in *--name*) IFS= read -r xml < "$file"; rest=${"$"}{xml#*<name>}; echo "${"$"}{file##*/} ${"$"}{rest%%</name>*}" ;; *) echo "${"$"}{file##*/}" ;; esac
      done
      echo ;;
    *) of_domain "$name" "$@" ;;
  esac
}
of_domain() {
  [ "$2" != --inactive ] || set -- "$1" "$3"
  file=$HERE/domains/$2
  [ -e "$file" ] || { echo "error: failed to get domain '$2'" >&2; return 1; }
  case $1 in
    domstate) state_of "$2"; [ $# -gt 2 ] && echo "$state" || echo "${"$"}{state% (*}" ;;
    dominfo) state_of "$2"; IFS= read -r xml < "$file"; rest=${"$"}{xml#*<name>}
      printf 'Id:             -\nName:           %s\nUUID:           %s\nState:          %s\nUsed memory:    1048576 KiB\n' "${"$"}{rest%%</name>*}" "$2" "${"$"}{state% (*}"
      printf 'Persistent:     yes\nAutostart:      disable\nManaged save:   no\n\n' ;;
    domjobinfo) state_of "$2"
      case $* in *--completed*) return 0 ;; esac
      if [ -e "$HERE/jobs/$2" ]; then cat "$HERE/jobs/$2"; return; fi
      [ "$state" = "shut off (shutdown)" ] || { printf 'Job type:         0\n\n'; return 0; }
      echo 'error: domain is not running' >&2; return 1 ;;
    dumpxml) IFS= read -r xml < "$file"; printf '%s\n' "$xml" ;;
    snapshot-list | checkpoint-list) echo ;;
    metadata) uri=${"$"}{3#--uri=} set=${"$"}{5#--set=<domain}
      IFS= read -r xml < "$file"
      printf '%s\n' "${"$"}{xml%</domain>*}<metadata><kvm-live:domain xmlns:kvm-live='$uri'$set</metadata></domain>" > "$file" ;;
    undefine) rm "$file" ;;
    *) echo "error: unknown command: '$1'" >&2; return 1 ;;
  esac
}
state_of() { state='shut off (shutdown)'; [ ! -e "$HERE/states/$1" ] || IFS= read -r state < "$HERE/states/$1"; }
[ $# -eq 1 ] || { run "$@"; exit; }
IFS=';'; set -- $1; unset IFS
code=0; for line; do eval "run $line" && code=0 || code=1; done; exit "$code"
`;

export interface LibvirtInFolder {
  scripted: ScriptedHost;
  /** Has it without being asked, as by hand. @param state as `virsh domstate --reason` prints it. @default it is off */
  define(uuid: string, definition: string, state?: string): void;
  /** Of all that it has. */
  uuids(): string[];
  /** Has it no longer, as by hand. @returns its definition */
  undefine(uuid: string): string;
  /** What `virsh domjobinfo --rawstats` prints of it. */
  setJob(uuid: string, stats: string): void;
  /** Lines in the guest's journal there. */
  setJournal(uuid: string, lines: readonly string[]): void;
}

/**
 * Ends with {@link stopProgrammedHosts}. It has no processes but those that are asked for.
 *
 * @param programs others that it has, by their names
 */
export async function libvirtInFolder(programs: Readonly<Record<string, string>> = {}): Promise<LibvirtInFolder> {
  const keptThere = (command: string, folder: string) =>
    command
      .replaceAll(/\/(run|var\/lib)\/pulumi-kvm-live/g, join(folder, "kept"))
      .replaceAll("/proc/[0-9]*", join(folder, "proc/[0-9]*"))
      .replaceAll("/proc/sys/kernel/random/boot_id", join(folder, "boot-id"));
  const { scripted, folder } = await programmedHost(
    { virsh, ...programs },
    { "boot-id": `${randomUUID()}\n` },
    keptThere,
  );
  for (const name of ["domains", "states", "jobs", "kept/journal"]) mkdirSync(join(folder, name), { recursive: true });
  const fileOf = (uuid: string, kind = "domains") => join(folder, kind, uuid);
  return {
    scripted,
    define: (uuid, xml, state) => {
      writeFileSync(fileOf(uuid), xml);
      if (state !== undefined) writeFileSync(fileOf(uuid, "states"), `${state}\n`);
    },
    uuids: () => readdirSync(join(folder, "domains")),
    undefine: (uuid) => {
      const xml = readFileSync(fileOf(uuid), "utf8");
      rmSync(fileOf(uuid));
      return xml;
    },
    setJob: (uuid, stats) => writeFileSync(fileOf(uuid, "jobs"), stats),
    setJournal: (uuid, lines) =>
      writeFileSync(join(folder, "kept/journal", `${uuid}.log`), lines.map((line) => `${line}\n`).join("")),
  };
}
