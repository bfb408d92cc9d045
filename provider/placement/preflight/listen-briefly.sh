# Listens on a free port between $2 and $3, at the address $1 (empty: at all), as QEMU will for a migration, from the first
# line of standard input to its end, or until somebody has connected. Answers the line by `port NUMBER`, or `failed REASON`.
# The highest port: libvirt and QEMU take the lowest that is free, and a connection to a QEMU that waits for its stream would
# end that migration. One try at a time holds a port: another one's listener looks like an own one, and is gone after its
# first connection.
address=$1 lowest=$2 port=$3
hold() { exec 9> "/run/pulumi-kvm-live-port-$1.lock" && flock -n 9; }
is_listened_to() { ss -Hltn "sport = :$1" | grep -q .; }

IFS= read -r _
command -v systemd-socket-activate > /dev/null || { echo "failed systemd-socket-activate is missing"; exit; }
taken=$(ss -Hltn | awk '{ sub(/.*:/, "", $4); printf " %s ", $4 }')
reason="all of its ports are taken" tries=0
while [ "$port" -ge "$lowest" ] && [ "$tries" -lt 5 ]; do
  case $taken in
    *" $port "*) ;;
    *)
      if ! hold "$port" || is_listened_to "$port"; then
        port=$((port - 1))
        continue
      fi
      tries=$((tries + 1))
      said=$(mktemp)
      timeout 600 systemd-socket-activate --listen="${address:+$address:}$port" true > "$said" 2>&1 < /dev/null 9>&- &
      listener=$!
      for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        if is_listened_to "$port"; then
          rm -f "$said"
          echo "port $port"
          IFS= read -r _ || true
          kill "$listener" 2> /dev/null || true
          exit
        fi
        kill -0 "$listener" 2> /dev/null || break
        sleep 0.2
      done
      kill "$listener" 2> /dev/null || true
      reason=$(tr '\n' ' ' < "$said")
      rm -f "$said"
      ;;
  esac
  port=$((port - 1))
done
echo "failed $reason"
