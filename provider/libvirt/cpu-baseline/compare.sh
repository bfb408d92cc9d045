# Records what libvirt says against giving a guest the CPU that stands on standard input; empty when it can. The arguments
# are those of facts.sh.
type=$1 arch=$2 machine=$3 emulator=$4
set -- --virttype "$type" --arch "$arch" --error
[ -z "$machine" ] || set -- "$@" --machine "$machine"
[ -z "$emulator" ] || set -- "$@" --emulator "$emulator"
virsh --connect qemu:///system uri > /dev/null # fails when libvirt does not answer: that is no refusal
folder=$(mktemp -d)
trap 'rm -rf "$folder"; record end' EXIT
cat > "$folder/cpu"
said=$(virsh --connect qemu:///system hypervisor-cpu-compare "$folder/cpu" "$@" 2>&1) && said=
record refused "$said"
