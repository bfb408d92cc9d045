# Records whether libvirt here can run a guest of type $1, architecture $2 and machine type $3 by the emulator $4 (may be
# empty), whether it has the CPU that stands on standard input ($5: yes), and the memory that is free.
type=$1 arch=$2 machine=$3 emulator=$4 has_cpu=$5
set -- --virttype "$type" --arch "$arch"
[ -z "$machine" ] || set -- "$@" --machine "$machine"
said=$(virsh --connect qemu:///system domcapabilities "$@" ${emulator:+--emulatorbin "$emulator"} 2>&1 > /dev/null) ||
  record refused "$said"
if [ "$has_cpu" = yes ]; then
  folder=$(mktemp -d)
  cat > "$folder/cpu.xml"
  said=$(virsh --connect qemu:///system hypervisor-cpu-compare "$folder/cpu.xml" "$@" ${emulator:+--emulator "$emulator"} --error 2>&1) &&
    said=
  rm -rf "$folder"
  record cpu "$said"
fi
# An operator who has set this to 1 counts on more memory than there is.
overcommit=$(cat /proc/sys/vm/overcommit_memory 2> /dev/null) || true
[ "$overcommit" = 1 ] || record freeKiB "$(awk '/^(MemAvailable|SwapFree):/ { free += $2 } END { print free }' /proc/meminfo)"
