# Starts the unit $1, whose folder is $2. Standard input, of $4 bytes, becomes its record $3, and the text $5 the script
# that reads it; $6 is the emulator, the rest systemd-run with its options. A unit that has ended gives way; one that
# runs does not.
unit=$1 folder=$2 record=$2/$3 bytes=$4 script=$5 emulator=$6; shift 6
state=$(systemctl show --property=SubState --value -- "$unit")
case $state in
  exited | failed) systemctl stop -- "$unit"; systemctl reset-failed -- "$unit" 2> /dev/null || true ;;
  dead) ;;
  *) echo "$unit already exists ($state)." >&2; exit 1 ;;
esac
program=$(command -v -- "$emulator") || { echo "There is no program $emulator." >&2; exit 1; }
(umask 022; mkdir -p -- "${folder%/*}")
umask 077
trap 'rm -f -- "$record" "$folder/unit.sh"; rmdir -- "$folder" 2> /dev/null || true' EXIT
mkdir -p -- "$folder"
rm -f -- "$folder/owner" # of a unit that has failed
cat > "$record"
# A connection that breaks leaves a shorter input, not an error.
[ "$(wc -c < "$record")" -eq "$bytes" ] || { echo "The arguments have not arrived as a whole." >&2; exit 1; }
printf '%s' "$script" > "$folder/unit.sh"
"$@" /bin/sh "$folder/unit.sh" start "$record" "$program"
trap - EXIT
