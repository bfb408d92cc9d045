/**
 * A scripted host whose `virsh` keeps domains that are off as files in a folder, with the locks and the journal beside
 * them: all that a placement does is done there, by a real shell.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { programmedHost } from "./programmed-host";
import type { ScriptedHost } from "./scripted-host";

/** Knows what a placement of a guest that is off asks for. It starts no process that it need not: hundreds are asked about. */
const virsh = String.raw`#!/bin/sh
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
    domstate) [ $# -gt 2 ] && echo 'shut off (shutdown)' || echo 'shut off' ;;
    dominfo) printf 'Persistent:     yes\nAutostart:      disable\nManaged save:   no\n' ;;
    domjobinfo) echo 'error: domain is not running' >&2; return 1 ;;
    dumpxml) IFS= read -r xml < "$file"; printf '%s\n' "$xml" ;;
    snapshot-list | checkpoint-list) echo ;;
    undefine) rm "$file" ;;
    *) echo "error: unknown command: '$1'" >&2; return 1 ;;
  esac
}
[ $# -eq 1 ] || { run "$@"; exit; }
IFS=';'; set -- $1; unset IFS
code=0; for line; do eval "run $line" && code=0 || code=1; done; exit "$code"
`;

export interface LibvirtInFolder {
  scripted: ScriptedHost;
  /** Has it without being asked, as by hand. */
  define(uuid: string, definition: string): void;
  /** Has it no longer, as by hand. @returns its definition */
  undefine(uuid: string): string;
}

/** Ends with {@link stopProgrammedHosts}. */
export async function libvirtInFolder(): Promise<LibvirtInFolder> {
  const keptThere = (command: string, folder: string) =>
    command.replaceAll(/\/(run|var\/lib)\/pulumi-kvm-live/g, join(folder, "kept"));
  const { scripted, folder } = await programmedHost({ virsh }, {}, keptThere);
  mkdirSync(join(folder, "domains"));
  const fileOf = (uuid: string) => join(folder, "domains", uuid);
  return {
    scripted,
    define: (uuid, xml) => writeFileSync(fileOf(uuid), xml),
    undefine: (uuid) => {
      const xml = readFileSync(fileOf(uuid), "utf8");
      rmSync(fileOf(uuid));
      return xml;
    },
  };
}
