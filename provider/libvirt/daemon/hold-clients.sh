# `hold_clients DAEMON URI` lets no new client in, whose connection waits at the daemon's open socket, and gives those that are in five
# seconds to end: a restart cuts them off, and new certificates can crash a daemon whose client is in its handshake. They
# are let in again when this shell ends, or after a minute when it is killed. A daemon that is new has limits of its own.
admin() { virt-admin --connect "$admin_uri" "$@"; }
clients() { admin server-clients-info "$server"; }
figure() { sed -n "s/^$1 *: *//p"; }
limit() { admin server-clients-set "$server" --max-clients "$1" --max-unauth-clients "$2"; }
daemon_pid() { systemctl show --property MainPID --value "$server.service"; }
let_in() { [ "$(daemon_pid)" != "$held" ] || limit "$most" "$most_unauth" || true; }
hold_clients() {
  server=$1 admin_uri=$2
  before=$(clients 2> /dev/null) || return 0
  held=$(daemon_pid)
  most=$(printf '%s\n' "$before" | figure nclients_max)
  most_unauth=$(printf '%s\n' "$before" | figure nclients_unauth_max)
  (sleep 60; let_in) < /dev/null > /dev/null 2>&1 &
  guard=$!
  trap 'kill "$guard" || true; let_in' EXIT
  trap 'exit 1' HUP INT TERM
  limit 0 0
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ "$(clients | figure nclients)" != 0 ] || break
    sleep 0.5
  done
}
