# Prints the last $2 lines of all journals in folder $1, in the order of their times, each with its guest's UUID before it: of the
# guest $3 only, unless that is empty, and only lines that have $4 in them.
[ -d "$1" ] || exit 0
cd -- "$1" || exit 1
lines=$2 text=$4
if [ -n "$3" ]; then set -- "$3.log"; else set -- *.log; fi
[ -e "$1" ] || exit 0
awk '{ print substr(FILENAME, 1, length(FILENAME) - 4), $0 }' "$@" |
  { grep -F -- "$text" || true; } | sort -s -k 2,2 | tail -n "$lines"
