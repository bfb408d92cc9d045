/** Gives libvirtd new settings. Guests do not notice; a migration would, so {@link jobsOn} is asked first. */

import { removeFile, writeTextFile } from "../../host/files";
import type { Host } from "../../host/host";
import { runScript } from "../../host/script";
import type { Switch } from "./differences";
import type { DaemonFacts } from "./inspect";
import { confPath, dropInPath } from "./settings";

const staged = "/etc/libvirt/.libvirtd.conf.pulumi-kvm-live";

/**
 * systemd refuses to start a socket while its service runs, and any client would start the service through another
 * socket: so all of them rest for a moment. The file is renamed meanwhile: a daemon never runs with settings other than
 * those in its file. When libvirtd does not come up, the old file and the local sockets are put back.
 */
const script = `
  staged=$1 conf=$2 action=$3 enable=$4 disable=$5 start=$6
  local="libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket"
  network="libvirtd-tls.socket libvirtd-tcp.socket"
  old=$conf.old-pulumi-kvm-live
  rm -f -- "$old"
  [ "$action" = keep ] || [ ! -e "$conf" ] || cp -a -- "$conf" "$old"
  say() { "$@" 2>&1 | grep -v '^\\(Created symlink\\|Removed\\)' >&2 || true; }
  rest() { systemctl stop libvirtd.service $network $local 2>/dev/null; }
  rise() {
    for unit in $local; do
      if [ "$unit" = libvirtd.socket ] || systemctl is-enabled --quiet "$unit" 2>/dev/null; then set -- "$@" "$unit"; fi
    done
    systemctl start "$@" && systemctl start libvirtd.service
  }
  rest || true
  case $action in
    write) mv -fT -- "$staged" "$conf";;
    remove) rm -f -- "$conf";;
  esac
  [ -z "$disable" ] || say systemctl disable --no-reload $disable
  [ -z "$enable" ] || say systemctl enable --no-reload $enable
  systemctl daemon-reload
  for attempt in 1 2 3 4 5; do
    if rise $start; then rm -f -- "$old"; exit 0; fi
    rest || true
    systemctl reset-failed libvirtd.service $network $local 2>/dev/null || true
  done
  journalctl --unit libvirtd.service --unit 'libvirtd-*.socket' --lines 5 --no-pager --output cat >&2 || true
  [ ! -e "$old" ] || mv -fT -- "$old" "$conf"
  [ -z "$enable" ] || say systemctl disable $enable
  rise || true
  exit 1`;

export async function switchDaemon(
  host: Host,
  { conf }: DaemonFacts,
  change: Switch,
  signal: AbortSignal,
): Promise<void> {
  for (const [unit, text] of change.dropIns) await syncDropIn(host, dropInPath(unit), text);
  const { owner = "root", group = "root", mode = "644" } = conf ?? {};
  const isWritten = change.conf !== undefined && change.conf !== "remove";
  if (isWritten)
    await writeTextFile(host, staged, (change.conf as { text: string }).text, {
      mode: Number.parseInt(mode, 8),
      owner,
      group,
    });
  const action = change.conf === undefined ? "keep" : isWritten ? "write" : "remove";
  const lists = [change.enable, change.disable, change.start].map((units) => units.join(" "));
  await runScript(host, script, [staged, confPath, action, ...lists], { signal, timeoutMs: 300_000 });
}

async function syncDropIn(host: Host, path: string, text: string | undefined): Promise<void> {
  if (text !== undefined) {
    await runScript(host, 'mkdir -p -- "$(dirname -- "$1")"', [path]);
    return writeTextFile(host, path, text, { mode: 0o644 });
  }
  await removeFile(host, path);
  await runScript(host, 'd=$(dirname -- "$1"); [ ! -d "$d" ] || rmdir --ignore-fail-on-non-empty -- "$d"', [path]);
}

/**
 * Lets the running daemon read its certificates again; connections stay. It reads them from the default paths only.
 *
 * @see https://libvirt.org/manpages/virt-admin.html#server-update-tls
 */
export async function updateTls(host: Host, signal: AbortSignal): Promise<void> {
  await host.run(["virt-admin", "-c", "libvirtd:///system", "server-update-tls", "libvirtd"], { signal });
}

/** Domains with a job that a restart of the daemon would end: a migration, a backup, a dump. */
export async function jobsOn(host: Host, signal: AbortSignal): Promise<string[]> {
  const { stdout } = await runScript(
    host,
    `systemctl is-active --quiet libvirtd.service || exit 0
     names=$(virsh --connect qemu:///system list --name)
     printf '%s\\n' "$names" | while IFS= read -r name; do
       [ -n "$name" ] || continue
       state=$(virsh --connect qemu:///system domstate --reason --domain "$name" 2>/dev/null) || continue
       job=$(virsh --connect qemu:///system domjobinfo --rawstats --domain "$name" 2>/dev/null | sed -n 's/^Job type: *//p')
       case "$state $job" in
         *"(migrating)"*) echo "$name";;
         *" 0") ;;
         *) echo "$name";;
       esac
     done`,
    [],
    { signal },
  );
  return stdout.split("\n").filter(Boolean);
}
