# Replaces the file $1 by standard input, $3 bytes, that nft has loaded in a network namespace of its own when $4 is `try`: as
# at boot, without the rules that are in force. Exits with 45 when the file's SHA-256 is not $2 any more, with 46 when nft
# does not load it.
path=$(readlink -f -- "$1") seen=$2 bytes=$3 trying=$4
now=$(sha256sum < "$path"); [ "${now%% *}" = "$seen" ] || exit 45
fresh=$(mktemp -- "$path.XXXXXXXX"); trap 'rm -f -- "$fresh"' EXIT
chown --reference="$path" -- "$fresh"; chmod --reference="$path" -- "$fresh"
cat > "$fresh"; [ "$(wc -c < "$fresh")" -eq "$bytes" ]
[ "$trying" != try ] || unshare --net nft -f "$fresh" || exit 46
sync -- "$fresh"; mv -fT -- "$fresh" "$path"
