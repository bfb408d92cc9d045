/**
 * A scripted host whose `virsh` keeps domains that are off as files in a folder, with the locks and the journal beside
 * them: all that a placement does is done there, by a real shell.
 */
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answer, ScriptedHost } from "./scripted-host";

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

const folders: string[] = [];

/** For afterEach, once the connections are closed. */
export async function stopLibvirtsInFolders(): Promise<void> {
  await ScriptedHost.stopAll();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

export interface LibvirtInFolder {
  scripted: ScriptedHost;
  /** Has it without being asked, as by hand. */
  define(uuid: string, definition: string): void;
}

export async function libvirtInFolder(): Promise<LibvirtInFolder> {
  const folder = mkdtempSync(join(tmpdir(), "libvirt-"));
  folders.push(folder);
  mkdirSync(join(folder, "domains"));
  writeFileSync(join(folder, "virsh"), virsh);
  chmodSync(join(folder, "virsh"), 0o755);
  const env = { ...process.env, HERE: folder, PATH: `${folder}:${process.env.PATH}` };
  const scripted = await ScriptedHost.start({
    run: (command, channel) => {
      const here = command.replaceAll(/\/(run|var\/lib)\/pulumi-kvm-live/g, join(folder, "kept"));
      const child = spawn("sh", ["-c", here], { env });
      channel.stdin.pipe(child.stdin);
      child.stdin.on("error", () => {}); // it need not read its input
      child.stdout.on("data", (data: Buffer) => channel.write(data)); // it may be asked line by line
      child.stderr.on("data", (data: Buffer) => channel.stderr.write(data));
      child.on("close", (code) => answer(channel, code ?? 1));
    },
  });
  return { scripted, define: (uuid, xml) => writeFileSync(join(folder, "domains", uuid), xml) };
}
