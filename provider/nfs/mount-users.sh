# Processes that use a mount, and all mounts. Argument: mount point.
# Links of a process to its open files, its working directory and its program are read, never followed.
find /proc/[0-9]*/fd /proc/[0-9]*/map_files /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/exe -maxdepth 1 \
    '(' -lname "$1" -o -lname "$1/*" ')' -printf '%h\n' 2> /dev/null | cut -d / -f 3 | sort -un |
  while read -r pid; do
    command=$(tr '\0' ' ' 2> /dev/null < "/proc/$pid/cmdline") || continue
    record process "$pid" "$command"
  done
record_output mounts cat /proc/self/mountinfo
