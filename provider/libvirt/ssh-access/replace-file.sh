# Replaces $2 by standard input, $4 bytes; none removes it. Exits with 45 when its SHA-256 is not $3 any more.
# Follows the lines that open and lock the folder $1.
path=$(readlink -f -- "$2") seen=$3 bytes=$4
now=$(cat -- "$path" 2> /dev/null | sha256sum); [ "${now%% *}" = "$seen" ] || exit 45
if [ "$bytes" -eq 0 ]; then rm -f -- "$path"; exit; fi
fresh=$(mktemp -- "$path.XXXXXXXX"); trap 'rm -f -- "$fresh"' EXIT
if [ -e "$path" ]; then
  chown --reference="$path" -- "$fresh"; chmod --reference="$path" -- "$fresh"
  chown root -- "$fresh"; chmod go-w -- "$fresh"
fi
cat > "$fresh"; [ "$(wc -c < "$fresh")" -eq "$bytes" ]
sync -- "$fresh"; mv -fT -- "$fresh" "$path"
