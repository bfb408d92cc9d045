# Of the CPUs that stand on standard input records the one that all have and that can move: as libvirt writes it, and with
# all its features. The arguments are those of facts.sh.
type=$1 arch=$2 machine=$3 emulator=$4
set -- --virttype "$type" --arch "$arch" --migratable
[ -z "$machine" ] || set -- "$@" --machine "$machine"
[ -z "$emulator" ] || set -- "$@" --emulator "$emulator"
virsh --connect qemu:///system uri > /dev/null # fails when libvirt does not answer: that is no refusal
folder=$(mktemp -d)
trap 'rm -rf "$folder"; record end' EXIT
cat > "$folder/cpus"
ask() { virsh --connect qemu:///system hypervisor-cpu-baseline "$folder/cpus" "$@" 2> "$folder/said"; }
if cpu=$(ask "$@") && features=$(ask "$@" --features); then
  record cpu "$cpu"
  record features "$features"
else
  record refused "$(cat "$folder/said")"
fi
