# Records for each requirement KIND WHAT, by its position: whether the host has it, and what identifies an image.
# A process is dear on a busy host, a shell of its own for $(…) included: what needs none is done without.

# Sets id to what is the same on every host that mounts the file system: the server's address, and the server's number for it.
file_system_id() {
  device=$((${1} / 256 % 4096)):$((${1} % 256)) id=
  [ -r /proc/fs/nfsfs/volumes ] || return 0
  while read -r _ server _ number fsid _; do
    [ "$number" != "$device" ] || { id="$server $fsid"; break; }
  done < /proc/fs/nfsfs/volumes
}

first_of() { for candidate; do [ ! -s "$candidate" ] || { cat -- "$candidate"; return; }; done; }

identify_block() {
  numbers=$(lsblk -dno MAJ:MIN -- "$1" | tr -d ' ')
  entry=/sys/dev/block/$numbers
  backing=$(first_of "$entry/loop/backing_file")
  if [ -n "$backing" ]; then identify "$2" "$backing"; return; fi
  part=$(first_of "$entry/partition") size=$(first_of "$entry/size")
  [ -z "$part" ] || entry=$entry/..
  id=$(first_of "$entry/dm/uuid" "$entry/wwid" "$entry/device/wwid" "$entry/serial" "$entry/device/serial" "$entry/md/uuid")
  name=$(basename "$(readlink -f "$entry")")
  case $name in
    rbd*) rbd=/sys/bus/rbd/devices/${name#rbd}
      id="rbd $(first_of "$rbd/cluster_fsid") $(first_of "$rbd/pool")/$(first_of "$rbd/pool_ns")/$(first_of "$rbd/name")@$(first_of "$rbd/current_snap")" ;;
    drbd*) for link in /dev/drbd/by-res/*/* /dev/drbd/by-res/*; do
        [ "$(readlink -f "$link")" != "/dev/$name" ] || { id="drbd ${link#/dev/drbd/by-res/}"; break; }
      done ;;
  esac
  record identity "$2" block "$id${part:+ part $part}" "$size"
}

identify() {
  if [ -b "$2" ]; then identify_block "$2" "$1"; return; fi
  mounted=$(findmnt -nro FSTYPE,SOURCE -T "$2") mounted=${mounted%%
*}
  numbers=$(stat -Lc '%d %i %s' -- "$2") rest=${numbers#* }
  file_system_id "${numbers%% *}"
  record identity "$1" file "${mounted%% *}" "${mounted#* }" "$id" "${rest% *}" "${rest#* }"
}

has_usb() {
  for entry in /sys/bus/usb/devices/*/; do
    [ "$(first_of "$entry/idVendor"):$(first_of "$entry/idProduct")" != "$1" ] || return 0
    [ "$(first_of "$entry/busnum").$(first_of "$entry/devnum")" != "$1" ] || return 0
  done
  return 1
}

has_huge_pages() {
  size=${1% *} count=${1#* }
  free=$(cat "/sys/kernel/mm/hugepages/hugepages-${size}kB/free_hugepages" 2>/dev/null) || return 1
  [ "$free" -ge "$count" ] && findmnt -t hugetlbfs > /dev/null
}

is_port_taken() {
  ss -Hltn "sport = :$2" | awk -v address="$1" '
    function is_any(text) { return text == "*" || text == "0.0.0.0" || text == "[::]" }
    { sub(/:[0-9]+$/, "", $4); if ($4 == address || is_any($4) || is_any(address)) taken = 1 }
    END { exit !taken }'
}

path_of_volume() { virsh --connect qemu:///system vol-path --pool "${1%%/*}" -- "${1#*/}" 2> /dev/null; }

has() {
  case $1 in
    image | medium | file | certificate | device) [ -e "$2" ] ;;
    folder) [ -d "$2" ] ;;
    bridge | "network interface") [ -e "/sys/class/net/$2" ] ;;
    emulator) [ -x "$2" ] ;;
    program) command -v -- "$2" > /dev/null ;;
    network) virsh --connect qemu:///system net-list --name | grep -Fxq -- "$2" ;;
    volume) path_of_volume "$2" > /dev/null ;;
    secret) virsh --connect qemu:///system secret-list 2>/dev/null | tr -s ' ' | grep -Fq -- "$2" ;;
    "network filter") virsh --connect qemu:///system nwfilter-dumpxml -- "$2" > /dev/null 2>&1 ;;
    address) ip -o address | awk '{ sub("/.*", "", $4); print $4 }' | grep -Fxq -- "$2" ;;
    "free port") ! is_port_taken "${2%:*}" "${2##*:}" ;;
    "huge pages") has_huge_pages "$2" ;;
    "USB device") has_usb "$2" ;;
    "PCI device") [ -e "/sys/bus/pci/devices/$2" ] ;;
  esac
}

position=0
while [ $# -gt 0 ]; do
  if has "$1" "$2"; then
    record has "$position"
    case $1 in
      image | medium) identify "$position" "$2" ;;
      # One on a network's storage, e.g. of an RBD pool, has no file here, and is the same everywhere.
      volume) path=$(path_of_volume "$2"); [ ! -e "$path" ] || identify "$position" "$path" ;;
    esac
  fi
  position=$((position + 1))
  shift 2
done
