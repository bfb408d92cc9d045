# Records what this machine has now, whatever runs its guests. A process is dear on a busy host: files are read by one.
record clock "$(date +%s)"
record files "$(grep -sH '' /proc/meminfo /proc/sys/vm/overcommit_memory /sys/devices/system/cpu/online \
  /sys/devices/system/node/online /sys/kernel/mm/hugepages/hugepages-*kB/free_hugepages)"
# A guest that arrives takes its memory little by little. A process may end while it is looked at.
record qemus "$(grep -sHzA1 '^-uuid$' /proc/[0-9]*/cmdline | tr '\0' '\n')"
record resident "$(grep -sH '^VmRSS:' /proc/[0-9]*/status)"
