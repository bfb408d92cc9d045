# Switches a daemon to other settings. Arguments: its name, virt-admin's URI, its local sockets, its network sockets, the
# staged file, the file, what to do with it, units to enable, to disable, to start, those network sockets that are on, and
# "yes" when its sockets stay as they are. It ends with 3 when the daemon does not come up with them: it has the earlier
# ones again then, and its words are on standard error.
# shellcheck disable=SC2086 # lists of units are meant to be split
daemon=$1 uri=$2 local=$3 network=$4 staged=$5 conf=$6 action=$7; shift 7
enable=$1 disable=$2 start=$3 on=$4 sockets_stay=$5
service=$daemon.service old=$conf.old-pulumi-kvm-live
rm -f -- "$old"
[ "$action" = keep ] || [ ! -e "$conf" ] || cp -a -- "$conf" "$old"
begun=$(date +%s)
say() { "$@" 2>&1 | grep -v '^\(Created symlink\|Removed\)' >&2 || true; }
rest() { systemctl stop "$service" $network $local 2> /dev/null; }
reset() { systemctl reset-failed "$service" $network $local 2> /dev/null || true; }
rise() {
  for unit in $local; do
    if [ "$unit" = "$daemon.socket" ] || systemctl is-enabled --quiet "$unit" 2> /dev/null; then set -- "$@" "$unit"; fi
  done
  systemctl start "$@" && systemctl start "$service"
}
replace() {
  case $action in
    write) mv -fT -- "$staged" "$conf" ;;
    remove) rm -f -- "$conf" ;;
  esac
}
put_back() {
  for unit in $local $network; do set -- "$@" --unit "$unit"; done
  journalctl --unit "$service" "$@" --since "@$begun" --lines 20 --no-pager --output cat >&2 || true
  if [ -e "$old" ]; then mv -fT -- "$old" "$conf"; elif [ "$action" = write ]; then rm -f -- "$conf"; fi
  reset
}
if [ "$sockets_stay" = yes ]; then
  # systemd keeps what arrives meanwhile for the daemon that comes.
  hold_clients "$daemon" "$uri"
  replace
  if systemctl restart "$service"; then rm -f -- "$old"; exit 0; fi
  put_back
  systemctl restart "$service" || true
  exit 3
fi
rest || true
replace
[ -z "$disable" ] || say systemctl disable --no-reload $disable
[ -z "$enable" ] || say systemctl enable --no-reload $enable
systemctl daemon-reload
for _ in 1 2 3 4 5; do
  if rise $start; then rm -f -- "$old"; exit 0; fi
  rest || true
  reset
done
put_back
[ -z "$enable" ] || say systemctl disable --no-reload $enable
[ -z "$disable" ] || say systemctl enable --no-reload $disable
systemctl daemon-reload
rise $on || true
exit 3
