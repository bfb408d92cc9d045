# Everything about a mount, without touching what lies below it.
# Arguments: unit file, unit name, mount point, then the mount point and the directories above it.
existing() { timeout -s KILL 20 stat -L --printf '%n\0002\0%n\0%F\0' -- "$@" 2> /dev/null || [ $? -eq 1 ]; }
names() { timeout -s KILL 20 find "$1" -mindepth 1 -maxdepth 1 -printf '%f\n' | head -n 5; }
file=$1 unit=$2 path=$3
shift 3
[ ! -e "$file" ] || record_output unit cat -- "$file"
record_output shown systemctl show --property=FragmentPath,UnitFileState -- "$unit"
record_output mounts cat /proc/self/mountinfo
[ ! -e /etc/fstab ] || record_output fstab cat /etc/fstab
# Directories are asked for only when nothing is mounted there, and not for long: one above may be a mount too.
if ! cut -d ' ' -f 5 /proc/self/mountinfo | grep -Fxq -- "$path"; then
  existing "$@"
  [ ! -d "$path" ] || record_output contents names "$path"
fi
