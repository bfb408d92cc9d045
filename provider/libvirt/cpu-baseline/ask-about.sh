# Asks libvirt about the CPUs that stand on standard input. `baseline` records the one that all have and that can move, as
# libvirt writes it, and with all its features, or what libvirt says against it. `compare` records what it says against
# giving a guest that CPU; empty when it can. The other arguments are those of facts.sh.
question=$1 type=$2 arch=$3 machine=$4 emulator=$5
set -- --virttype "$type" --arch "$arch"
[ -z "$machine" ] || set -- "$@" --machine "$machine"
[ -z "$emulator" ] || set -- "$@" --emulator "$emulator"
virsh --connect qemu:///system uri > /dev/null # fails when libvirt does not answer: that is no refusal
folder=$(mktemp -d)
trap 'rm -rf "$folder"; record end' EXIT
cat > "$folder/cpus"
ask() { verb=$1; shift; virsh --connect qemu:///system "hypervisor-cpu-$verb" "$folder/cpus" "$@"; }
case $question in
  compare)
    said=$(ask compare "$@" --error 2>&1) && said=
    record refused "$said"
    ;;
  baseline)
    set -- "$@" --migratable
    if cpu=$(ask baseline "$@" 2> "$folder/said") && features=$(ask baseline "$@" --features 2> "$folder/said"); then
      record cpu "$cpu"
      record features "$features"
    else
      record refused "$(cat "$folder/said")"
    fi
    ;;
esac
