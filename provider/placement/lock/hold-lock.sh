# Holds the lock $1, which $4 may have at a time, for holder $2 for as long as a line comes at least every $3 seconds, and
# answers each: `held`, or once `taken HOLDER`. The caller's first line asks for the lock.
# The kernel drops the lock with its last descriptor, so no child may inherit it.
umask 077; hear() { timeout "$3" sh -c 'IFS= read -r line' 9>&-; }
hear "$@" || exit 0
dir=/run/pulumi-kvm-live place=1
# shellcheck disable=SC2174 # /run is there
mkdir -p -m 700 -- "$dir" || exit 1
since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
while :; do
  file=$dir/$1.lock
  [ "$place" -eq 1 ] || file=$dir/$1-$place.lock
  exec 9<>"$file" || exit 1
  flock -n -E 75 9; code=$?
  if [ "$code" -ne 75 ] || [ "$place" -ge "$4" ]; then break; fi
  place=$((place + 1))
done
if [ "$code" -eq 75 ]; then
  holder=
  for _ in 1 2 3 4 5; do holder=$(head -n 1 -- "$file"); [ -z "$holder" ] || break; sleep 0.1; done
  printf 'taken %s\n' "$holder"; exit 0
fi
[ "$code" -eq 0 ] || exit "$code"
printf '%s, since %s\n' "$2" "$since" > "$file"
while printf 'held\n' && hear "$@"; do :; done
: > "$file"
