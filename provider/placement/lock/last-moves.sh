# Prints of each guest with a journal in folder $1 its UUID and the last line about a move that has ended.
[ -d "$1" ] || exit 0
cd -- "$1" || exit 1
set -- *.log
[ -e "$1" ] || exit 0
awk '/: migrate from .* to .*: (done|failed)/ { last[FILENAME] = $0 }
END { for (file in last) print substr(file, 1, length(file) - 4), last[file] }' "$@"
