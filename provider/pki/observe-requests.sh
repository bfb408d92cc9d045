# Prints, as records, the note, and for each key that is there its access and the request for a certificate of it.
# Arguments: the note, then key and certtool's template of each.
command -v certtool > /dev/null || exec certtool
note=$1
shift
umask 077
work=$(mktemp -d)
if [ -e "$note" ]; then record_output note cat -- "$note"; fi
while [ $# -gt 0 ]; do
  if [ -e "$1" ]; then
    printf '%s' "$2" > "$work/template"
    certtool --generate-request --load-privkey "$1" --template "$work/template" --outfile "$work/request" > /dev/null 2>&1 ||
      : > "$work/request"
    record key "$1" "$(stat -c '%a %U:%G' -- "$1")" "$(cat -- "$work/request")"
  fi
  shift 2
done
rm -rf -- "$work"
