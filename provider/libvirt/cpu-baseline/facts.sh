# Records libvirt's and QEMU's versions, what libvirt can run guests of type $1, architecture $2 and machine type $3 with by
# the emulator $4 (the last two may be empty), and with all its features the CPU that it can give them and that can move.
# What libvirt refuses is recorded as `refused`.
type=$1 arch=$2 machine=$3 emulator=$4
ask() { virsh --connect qemu:///system "$@"; }
version=$(ask version) # fails when libvirt does not answer: that is no refusal
record version "$version"
set -- --virttype "$type" --arch "$arch"
[ -z "$machine" ] || set -- "$@" --machine "$machine"
folder=$(mktemp -d)
trap 'rm -rf "$folder"; record end' EXIT
if ask domcapabilities "$@" ${emulator:+--emulatorbin "$emulator"} > "$folder/capabilities" 2> "$folder/said"; then
  record capabilities "$(cat "$folder/capabilities")"
  if ask hypervisor-cpu-baseline "$folder/capabilities" "$@" ${emulator:+--emulator "$emulator"} --migratable --features \
    > "$folder/cpu" 2> "$folder/said"; then
    record cpu "$(cat "$folder/cpu")"
  else
    record refused "$(cat "$folder/said")"
  fi
else
  record refused "$(cat "$folder/said")"
fi
