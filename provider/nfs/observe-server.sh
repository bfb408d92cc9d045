# Everything about an exported path.
# Arguments: owner and group to look up, each may be empty; then the directories that the export needs.
for file in /etc/exports /etc/exports.d/*.exports; do
  [ ! -f "$file" ] || { record file "$file"; record_output text cat -- "$file"; }
done
record_output table exportfs -s
! systemctl is-active --quiet nfs-server.service || record active
# An owner or group that is a number need not exist by name.
case $1 in ''|*[!0-9]*) [ -z "$1" ] || getent passwd "$1" > /dev/null || record missing "user $1" ;; esac
case $2 in ''|*[!0-9]*) [ -z "$2" ] || getent group "$2" > /dev/null || record missing "group $2" ;; esac
shift 2
for path; do :; done # the last one is exported
[ ! -L "$path" ] || record link
stat -L --printf 'directory\0007\0%n\0%F\0%a\0%U\0%u\0%G\0%g\0' -- "$@" 2> /dev/null || true
