# What a daemon's files and units say, in sections with a heading each; few processes, since each takes long on a busy host.
# Arguments: its configuration file, units, sockets, the service, its path on D-Bus, qemu.conf; then drop-ins that may be there.
conf=$1 units=$2 sockets=$3 service=$4 start=$5 qemu=$6; shift 6
coded() { base64 -w 0 -- "$1"; echo; }
echo "== units"
# shellcheck disable=SC2086 # a list of units
systemctl show --property Id,LoadState,ActiveState,UnitFileState $units
if [ -e "$conf" ]; then echo "== conf"; stat -Lc '%a %U %G' -- "$conf"; coded "$conf"; fi
for path in "$@"; do [ ! -e "$path" ] || { echo "== dropIn $path"; coded "$path"; }; done
echo "== sockets"; for path in $sockets; do [ ! -e "$path" ] || stat -c '%n %a %G' -- "$path"; done
echo "== start"
busctl --json=short get-property org.freedesktop.systemd1 "$start" org.freedesktop.systemd1.Service ExecStart Environment || true
pid=$(systemctl show --property MainPID --value "$service")
[ "$pid" = 0 ] || { echo "== running"; coded "/proc/$pid/cmdline" || true; } # it may just end
echo "== environment"
systemctl show --property EnvironmentFiles --value "$service" | sed 's/ (ignore_errors=[a-z]*)$//' | while read -r pattern; do
  # shellcheck disable=SC2086 # it may be a pattern
  for path in $pattern; do [ ! -f "$path" ] || coded "$path"; done
done
[ ! -e "$qemu" ] || { echo "== qemuConf"; coded "$qemu"; }
echo "== ports"; ss -Hltn
