# Records what this machine has now, whatever runs its guests.
record clock "$(date +%s)"
record overcommit "$(cat /proc/sys/vm/overcommit_memory 2> /dev/null)"
record_output meminfo cat /proc/meminfo
for pages in /sys/kernel/mm/hugepages/hugepages-*kB; do
  [ -e "$pages" ] || continue
  size=${pages##*-}
  record hugePages "${size%kB}" "$(cat "$pages/free_hugepages")"
done
record cpus "$(cat /sys/devices/system/cpu/online 2> /dev/null)"
record nodes "$(cat /sys/devices/system/node/online 2> /dev/null)"
# A guest that arrives takes its memory little by little. A process may end while it is looked at.
for cmdline in $(grep -lsz '^-uuid$' /proc/[0-9]*/cmdline || true); do
  uuid=$(tr '\0' '\n' < "$cmdline" 2> /dev/null | sed -n '/^-uuid$/{n;p;q;}') || true
  resident=$(sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "${cmdline%cmdline}status" 2> /dev/null) || true
  record qemu "$uuid" "$resident"
done
