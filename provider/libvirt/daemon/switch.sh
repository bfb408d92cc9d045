# Switches libvirtd to other settings: the staged file, the file, what to do with it, units to enable, to disable, to start,
# and "yes" when its sockets stay as they are.
# shellcheck disable=SC2086 # lists of units are meant to be split
staged=$1 conf=$2 action=$3 enable=$4 disable=$5 start=$6 sockets_stay=$7
local="libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket"
network="libvirtd-tls.socket libvirtd-tcp.socket"
old=$conf.old-pulumi-kvm-live
rm -f -- "$old"
[ "$action" = keep ] || [ ! -e "$conf" ] || cp -a -- "$conf" "$old"
say() { "$@" 2>&1 | grep -v '^\(Created symlink\|Removed\)' >&2 || true; }
rest() { systemctl stop libvirtd.service $network $local 2>/dev/null; }
rise() {
  for unit in $local; do
    if [ "$unit" = libvirtd.socket ] || systemctl is-enabled --quiet "$unit" 2>/dev/null; then set -- "$@" "$unit"; fi
  done
  systemctl start "$@" && systemctl start libvirtd.service
}
replace() {
  case $action in
    write) mv -fT -- "$staged" "$conf";;
    remove) rm -f -- "$conf";;
  esac
}
if [ "$sockets_stay" = yes ]; then
  # systemd keeps what arrives meanwhile for the daemon that comes.
  hold_clients
  replace
  if systemctl restart libvirtd.service; then rm -f -- "$old"; exit 0; fi
  journalctl --unit libvirtd.service --lines 5 --no-pager --output cat >&2 || true
  [ ! -e "$old" ] || mv -fT -- "$old" "$conf"
  systemctl reset-failed libvirtd.service 2>/dev/null || true
  systemctl restart libvirtd.service || true
  exit 1
fi
rest || true
replace
[ -z "$disable" ] || say systemctl disable --no-reload $disable
[ -z "$enable" ] || say systemctl enable --no-reload $enable
systemctl daemon-reload
for _ in 1 2 3 4 5; do
  if rise $start; then rm -f -- "$old"; exit 0; fi
  rest || true
  systemctl reset-failed libvirtd.service $network $local 2>/dev/null || true
done
journalctl --unit libvirtd.service --unit 'libvirtd-*.socket' --lines 5 --no-pager --output cat >&2 || true
[ ! -e "$old" ] || mv -fT -- "$old" "$conf"
[ -z "$enable" ] || say systemctl disable $enable
rise || true
exit 1
