# Appends the line $3 to the journal of guest $2 in folder $1, and keeps its last $4 lines.
# The folder is locked, since a line that came between reading and renaming would be lost.
umask 077; file=$1/$2.log
[ -d "$1" ] || { (umask 022; mkdir -p -- "${1%/*}"); mkdir -p -- "$1"; }
exec 8< "$1"; flock -w 10 8
printf '%s\n' "$3" >> "$file"
[ "$(wc -l < "$file")" -gt $(($4 * 6 / 5)) ] || exit 0
trap 'rm -f -- "$file.new"' EXIT
tail -n "$4" -- "$file" > "$file.new"; mv -f -- "$file.new" "$file"
