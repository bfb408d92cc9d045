# All domains of this host, without what is secret in them: a read-only connection cannot ask for it.
# Argument: a line that ends each part of what virsh says of a domain: `dominfo`, then `dumpxml --inactive`.
separator=$1
virsh_here() { virsh --readonly --connect qemu:///system "$@"; }
next="; echo \"$separator\"; "
list="list --all --uuid"
uuids=$(virsh_here "$list")
record uuids "$uuids"
asked='' number=0
for uuid in $uuids; do
  asked="${asked}dominfo $uuid${next}dumpxml $uuid --inactive$next"
  number=$((number + 1))
  # virsh goes on after a command that fails, and its exit code is the last one's: whether libvirt answered at all.
  [ $((number % 100)) -ne 0 ] || { record_output said virsh_here "$asked$list"; asked=''; }
done
[ -z "$asked" ] || record_output said virsh_here "$asked$list"
