# Mounts, exports and files of certificates of this host, by one command that changes nothing.
# Arguments: paths of certificates.
record boot "$(cat /proc/sys/kernel/random/boot_id)"
record_output mounts cat /proc/self/mountinfo
[ ! -e /etc/fstab ] || record_output fstab cat /etc/fstab
for file in /etc/systemd/system/*.mount; do
  [ ! -f "$file" ] || { record unit "$file"; record_output unitText cat -- "$file"; }
done
if command -v exportfs > /dev/null; then
  for file in /etc/exports /etc/exports.d/*.exports; do
    [ ! -f "$file" ] || { record file "$file"; record_output text cat -- "$file"; }
  done
  record_output table exportfs -s
fi
for path; do
  [ ! -e "$path" ] || record pki "$path"
done
! command -v certtool > /dev/null || record certtool
