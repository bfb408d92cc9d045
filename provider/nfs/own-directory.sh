# Sets owner and mode of a directory: of the one that we are in, wherever others lead the path to meanwhile.
# Arguments: the directory, its owner and its mode; each of these may be empty.
path=$1 owner=$2 mode=$3
parent=$(cd -P -- "$(dirname -- "$path")" && pwd -P)
cd -P -- "$path" || exit 1
if [ "$(pwd -P)" != "${parent%/}/$(basename -- "$path")" ]; then
  echo "$path is a link: its owner and mode are not changed through it." >&2
  exit 1
fi
[ -z "$owner" ] || chown -- "$owner" .
[ -z "$mode" ] || chmod -- "$mode" .
