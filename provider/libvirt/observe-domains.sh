# Prints the UUIDs that the arguments after $1 are; without any, those of all domains. Then what libvirt says of each, by one
# virsh for a hundred of them, then all domains with their names, then the UUIDs of all QEMUs. The line $1 ends each part.
# The figures of a domain's last migration are told only of those that are asked for.
separator=$1; shift
if [ $# -eq 0 ]; then
  # Few domains have any of what is kept beside them: lists of those that have are had by one question each.
  said=$(virsh --connect qemu:///system "list --all --uuid; echo \"$separator\"; list --all --uuid --with-snapshot; list --all --uuid --with-checkpoint")
  kept=${said#*"$separator"}
  # shellcheck disable=SC2086 # one UUID a line
  set -- ${said%%"$separator"*}
fi
printf '%s\n' "$@" "$separator"
next="; echo \"$separator\"; "
asked='' number=0
for uuid; do
  asked="${asked}domstate $uuid --reason${next}dominfo $uuid${next}domjobinfo $uuid --rawstats${next}dumpxml $uuid --inactive$next"
  case ${kept-$uuid} in
    *"$uuid"*) asked="${asked}snapshot-list $uuid --name${next}checkpoint-list $uuid --name$next" ;;
    *) asked="${asked}echo$next""echo$next" ;;
  esac
  if [ -n "${kept+all}" ]; then asked="${asked}echo$next"
  else asked="${asked}domjobinfo $uuid --completed --keep-completed --rawstats$next"
  fi
  number=$((number + 1))
  [ $((number % 100)) -ne 0 ] || { virsh --connect qemu:///system "${asked%; }"; asked=''; }
done
# virsh goes on after a command that fails, and its exit code is the last one's: whether libvirt answered at all.
virsh --connect qemu:///system "${asked}list --all --uuid --name"
printf '%s\n' "$separator"
uuids_of_qemus
