# Runs commands beside each other, and prints what became of all of them. `ask NUMBER INPUT COMMAND…` begins one; eight run
# at a time. `answer SEPARATOR COUNT` prints of each its exit code, its output and its errors, each followed by the
# separator. A process is dear on a busy host: nothing but the commands themselves is started for each.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT PIPE TERM
ask() {
  number=$1 input=$2
  shift 2
  (
    if [ -n "$input" ]; then printf %s "$input" | "$@" > "$folder/$number.out" 2> "$folder/$number.err"
    else "$@" < /dev/null > "$folder/$number.out" 2> "$folder/$number.err"
    fi && code=0 || code=$?
    echo "$code" > "$folder/$number.code"
  ) &
  [ $((number % 8)) -ne 0 ] || wait
}
answer() {
  wait
  printf %s "$1" > "$folder/separator"
  number=0 count=$2
  set --
  while [ "$number" -lt "$count" ]; do
    number=$((number + 1))
    for part in code out err; do set -- "$@" "$folder/$number.$part" "$folder/separator"; done
  done
  cat -- "$@"
}
