# Records the memory of this machine and all its guests: QEMUs first, so that libvirt knows those that it has started.
record memoryKiB "$(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)"
for comm in $(grep -lsE '^(qemu-system|qemu-kvm$|kvm$)' /proc/[0-9]*/comm || true); do
  process=${comm%/comm}
  arguments=$(tr '\0' '\n' 2> /dev/null < "$process/cmdline") || true
  resident=$(sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "$process/status" 2> /dev/null) || true
  record qemu "${process#/proc/}" "$arguments" "$resident"
done
virsh_here() { virsh --readonly --connect qemu:///system "$@"; }
commands=
for uuid in $(virsh_here list --all --uuid); do commands="$commands dominfo $uuid;"; done
# virsh goes on after a command that fails, and its exit code is the last one's.
record_output domains virsh_here "$commands list --all --uuid"
