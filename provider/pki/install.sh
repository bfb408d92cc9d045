# Installs certificates and keys: all of them beside their places first, then renamed.
# Arguments: the suffix of backups, the marker of a due reload; then for each file: path, mode, group, "backup" or "-",
# a file to copy, and text where there is none to copy.
umask 077
suffix=$1 reload_pending=$2
shift 2

stage() {
  path=$1 mode=$2 group=$3 backup=$4 source=$5 text=$6
  if [ "$backup" = backup ] && { [ -e "$path" ] || [ -L "$path" ]; } && [ ! -e "$path$suffix" ] && [ ! -L "$path$suffix" ]; then
    cp -a -- "$path" "$path$suffix"
  fi
  # Owner and mode come before the content.
  rm -f -- "$path.new"
  : > "$path.new"
  chown -- "root:$group" "$path.new"
  chmod -- "$mode" "$path.new"
  if [ -n "$source" ]; then cat -- "$source" >> "$path.new"; else printf '%s\n' "$text" >> "$path.new"; fi
  [ -s "$path.new" ]
  sync -- "$path.new"
}
stage_all() { while [ $# -gt 0 ]; do stage "$1" "$2" "$3" "$4" "$5" "$6"; shift 6; done; }
rename_all() { while [ $# -gt 0 ]; do mv -fT -- "$1.new" "$1"; shift 6; done; }

: > "$reload_pending"
stage_all "$@"
rename_all "$@"
