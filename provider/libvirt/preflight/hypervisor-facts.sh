# Records whether libvirt here can run a guest of type $1, architecture $2 and machine type $3 by the emulator $4 (may be
# empty), and how many vCPUs at most; whether it has the CPU that stands on standard input ($5: yes); and the file with a
# saved memory image of a guest of the name $6, which libvirt would start it from.
type=$1 arch=$2 machine=$3 emulator=$4 has_cpu=$5 name=$6
set -- --virttype "$type" --arch "$arch"
[ -z "$machine" ] || set -- "$@" --machine "$machine"
if said=$(virsh --connect qemu:///system domcapabilities "$@" ${emulator:+--emulatorbin "$emulator"} 2>&1); then
  record maxVcpus "$(echo "$said" | sed -n "s/^ *<vcpu max='\([0-9]*\)'.*/\1/p")"
else
  record refused "$said"
fi
if [ "$has_cpu" = yes ]; then
  folder=$(mktemp -d)
  cat > "$folder/cpu.xml"
  said=$(virsh --connect qemu:///system hypervisor-cpu-compare "$folder/cpu.xml" "$@" ${emulator:+--emulator "$emulator"} --error 2>&1) &&
    said=
  rm -rf "$folder"
  record cpu "$said"
fi
saved=/var/lib/libvirt/qemu/save/$name.save
[ ! -e "$saved" ] || record savedMemory "$saved"
