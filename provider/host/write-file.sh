# Writes a file from standard input: beside it first, then renamed.
# Arguments: temporary path, path, mode, OWNER:GROUP, number of bytes.
set -euC
umask 077
fresh=$1 path=$2 mode=$3 owner=$4 bytes=$5
trap 'rm -f -- "$fresh"' EXIT
: > "$fresh"
chown -- "$owner" "$fresh"
chmod -- "$mode" "$fresh"
cat >> "$fresh"
# A connection that breaks leaves a shorter input, not an error.
[ "$(wc -c < "$fresh")" -eq "$bytes" ]
sync -- "$fresh"
mv -fT -- "$fresh" "$path"
