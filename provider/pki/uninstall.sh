# Removes files and restores their backups, then removes empty folders.
# Arguments: the suffix of backups, the provider's own folder (empty to keep it), the number of files, the files, the folders.
suffix=$1 own=$2 count=$3
shift 3
while [ "$count" -gt 0 ]; do
  rm -f -- "$1" "$1.new"
  if [ -e "$1$suffix" ] || [ -L "$1$suffix" ]; then mv -fT -- "$1$suffix" "$1"; fi
  shift
  count=$((count - 1))
done
for folder in "$@"; do [ ! -d "$folder" ] || rmdir --ignore-fail-on-non-empty -- "$folder"; done
[ -n "$own" ] || exit 0
rm -rf -- "$own"
rmdir --ignore-fail-on-non-empty -- "$(dirname -- "$own")" 2>/dev/null || true
