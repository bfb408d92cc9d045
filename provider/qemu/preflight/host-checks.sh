# Records what a QEMU ($1) that runs as $2:$3 finds on this host, and which of the files `r:PATH` or `rw:PATH` it may not open.
emulator=$1 uid=$2 gid=$3; shift 3
record emulator "$(command -v -- "$emulator")"
record kvm "$([ ! -e /dev/kvm ] || echo yes)"
record listening "$(ss -Hltn | awk '{ print $4 }')"
may() {
  if [ "$uid" = 0 ]; then test "$@"; else setpriv --reuid="$uid" --regid="$gid" --clear-groups test "$@"; fi
}
for file; do
  path=${file#*:}
  [ -e "$path" ] || continue
  if may -r "$path"; then case $file in rw:*) may -w "$path" && continue ;; *) continue ;; esac; fi
  record forbidden "$path"
done
