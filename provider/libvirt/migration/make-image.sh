# Makes an empty image, marked as one that holds nothing that is needed.
# Arguments: the guest's UUID, the path, format, size in bytes, and path and format of a backing file (empty for none).
uuid=$1 path=$2 format=$3 size=$4 backing=$5 backing_format=$6
mark=$path.kvm-live-spare
if [ -e "$path" ] && [ "$(cat -- "$mark" 2>/dev/null)" != "$uuid" ]; then echo "$path exists." >&2; exit 1; fi
set -C # what is there is not written through
rm -f -- "$mark"
printf '%s' "$uuid" > "$mark"
rm -f -- "$path"
work=$(mktemp -d -- "$(dirname -- "$path")/.kvm-live.XXXXXXXX")
trap 'rm -rf -- "$work"' EXIT
cd -- "$work" || exit 1
if [ -n "$backing" ]; then set -- -b "$backing" -F "$backing_format"; else set --; fi
qemu-img create -q -f "$format" "$@" -- image "$size"
chmod 644 image
mv -fT -- image "$path"
