# Records the definition of each running guest; one that ends meanwhile is left out. Arguments: names of daemons.
virsh_here() { virsh --readonly --connect qemu:///system "$@"; }
for daemon; do
  systemctl is-active --quiet "$daemon.socket" || systemctl is-active --quiet "$daemon.service" || continue
  names=$(virsh_here list --name)
  printf '%s\n' "$names" | while read -r name; do
    [ -n "$name" ] || continue
    if xml=$(virsh_here dumpxml --domain "$name" 2> /dev/null); then record domain "$name" "$xml"; continue; fi
    names=$(virsh_here list --name)
    if printf '%s\n' "$names" | grep -Fxq -- "$name"; then virsh_here dumpxml --domain "$name"; fi
  done
  break
done
