# Listens on a free port between $2 and $3, at the address $1 (empty: at all), as QEMU will for a migration, from the first
# line of standard input to its end, or until somebody has connected. Answers the line by `port NUMBER`, or `failed REASON`.
# The highest port: libvirt and QEMU take the lowest that is free, and a connection to a QEMU that waits for its stream would
# end that migration. A port is free if this try's own listener says that it listens: one that others listen at may be
# another try's, which is gone after its first connection.
address=$1 lowest=$2 port=$3
export SYSTEMD_LOG_LEVEL=info SYSTEMD_LOG_TARGET=console

IFS= read -r _
command -v systemd-socket-activate > /dev/null || { echo "failed systemd-socket-activate is missing"; exit; }
taken=$(ss -Hltn | awk '{ sub(/.*:/, "", $4); printf " %s ", $4 }')
said=$(mktemp) || { echo "failed no temporary file can be made"; exit; }
trap 'rm -f "$said"' EXIT
reason="all of its ports are taken" tries=0
while [ "$port" -ge "$lowest" ] && [ "$tries" -lt 5 ]; do
  case $taken in
    *" $port "*) ;;
    *)
      timeout 600 systemd-socket-activate --listen="${address:+$address:}$port" true > "$said" 2>&1 < /dev/null &
      listener=$!
      for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        if grep -q '^Listening on ' "$said"; then
          echo "port $port"
          IFS= read -r _ || true
          kill "$listener" 2> /dev/null || true
          exit
        fi
        kill -0 "$listener" 2> /dev/null || break
        sleep 0.2
      done
      kill "$listener" 2> /dev/null || true
      if ! grep -q 'Address already in use' "$said"; then
        tries=$((tries + 1))
        reason=$(tr '\n' ' ' < "$said")
        reason=${reason:-systemd-socket-activate says nothing}
      fi
      ;;
  esac
  port=$((port - 1))
done
echo "failed $reason"
