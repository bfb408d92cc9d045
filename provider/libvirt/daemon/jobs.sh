# Prints the name of each domain with a job that a restart of libvirtd would end: a migration, a backup, a dump.
systemctl is-active --quiet libvirtd.service || exit 0
names=$(virsh --connect qemu:///system list --name)
printf '%s\n' "$names" | while IFS= read -r name; do
  [ -n "$name" ] || continue
  state=$(virsh --connect qemu:///system domstate --reason --domain "$name" 2>/dev/null) || continue
  job=$(virsh --connect qemu:///system domjobinfo --rawstats --domain "$name" 2>/dev/null | sed -n 's/^Job type: *//p')
  case "$state $job" in
    *"(migrating)"*) echo "$name";;
    *" 0") ;;
    *) echo "$name";;
  esac
done
