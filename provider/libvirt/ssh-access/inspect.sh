# Records root's .ssh ($1), key ($2), routes to peers ($3), and files (the rest).
folder=$1 key=$2 peers=$3; shift 3
command -v ssh-keygen > /dev/null || exec ssh-keygen
for path in "$folder" "$@"; do
  [ ! -e "$path" ] || record access "$path" "$(stat -Lc '%a %U' -- "$path")"
done
for path; do [ ! -e "$path" ] || record text "$path" "$(base64 -w 0 -- "$path")"; done
if [ -e "$key" ]; then
  public=$(ssh-keygen -y -P '' -f "$key" 2>&1) && code=0 || code=$?
  record key "$code" "$public"
elif [ -e "$key.pub" ]; then record half "$key.pub"; fi
for peer in $peers; do record route "$peer" "$(ip -o route get "$peer" 2> /dev/null || true)"; done
[ -z "$(command -v virsh)" ] || record virsh yes
read -r boot < /proc/sys/kernel/random/boot_id; record boot "$boot"
set -- /etc/ssh/ssh_host_*_key.pub
[ ! -e "$1" ] || record hostKeys "$(grep -h '' -- "$@")"
