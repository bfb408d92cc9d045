# Prints the name of each domain with a job that a restart would end: a migration, a backup, a dump. Arguments: the service
# that runs guests, and `all`, or `incoming` for the migrations to here alone.
systemctl is-active --quiet "$1" || exit 0
ends=$2
names=$(virsh --connect qemu:///system list --name)
printf '%s\n' "$names" | while IFS= read -r name; do
  [ -n "$name" ] || continue
  state=$(virsh --connect qemu:///system domstate --reason --domain "$name" 2>/dev/null) || continue
  said=$(virsh --connect qemu:///system domjobinfo --rawstats --domain "$name" 2>&1) || true
  job=$(printf '%s\n' "$said" | sed -n 's/^Job type: *//p')
  operation=$(printf '%s\n' "$said" | sed -n 's/^operation: *//p')
  case "$ends $state $job $operation" in
    "incoming "*" 5") ;; # it leaves, by a connection of its own
    "incoming "*"(migrating) "* | "incoming "*"(starting up) "* | "incoming "*"(post-copy"*) echo "$name" ;;
    "incoming "*) ;;
    *"(migrating)"*) echo "$name" ;;
    *" 0 "*) ;;
    *) echo "$name" ;;
  esac
done
