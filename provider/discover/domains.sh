# All domains of this host, without what is secret in them: a read-only connection cannot ask for it.
# Argument: a line that ends each part of what virsh says: of each domain `dominfo`, then `dumpxml --inactive`.
separator=$1
virsh_here() { virsh --readonly --connect qemu:///system "$@"; }
# Prints of each graphics whether it has a password, which does not leave this host.
passwords() {
  virsh --connect qemu:///system "$1" |
    sed -n "/^$separator\$/p; /^ *<graphics /{ s/.* passwd=.*/password/; s/^ *<graphics .*/open/; p; }"
}
next="; echo \"$separator\"; "
list="list --all --uuid"
uuids=$(virsh_here "$list")
record uuids "$uuids"
asked='' secret='' number=0
ask() {
  # virsh goes on after a command that fails, and its exit code is the last one's: whether libvirt answered at all.
  record_output said virsh_here "$asked$list"
  record_output passwords passwords "$secret$list"
  asked='' secret=''
}
for uuid in $uuids; do
  asked="${asked}dominfo $uuid${next}dumpxml $uuid --inactive$next"
  secret="${secret}dumpxml $uuid --inactive --security-info$next"
  number=$((number + 1))
  [ $((number % 100)) -ne 0 ] || ask
done
[ -z "$asked" ] || ask
