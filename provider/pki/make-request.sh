# Makes a key beside its place, and a certificate request for it. Prints the key's public half and the request.
# Arguments: the staged key, the key in use, certtool's template, "yes" to keep the key, the folder of staged keys.
umask 077
staged=$1 current=$2 template=$3 keep=$4 folder=$5
mkdir -p -- "$folder"
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
printf '%s' "$template" > "$work/template"
rm -f -- "$staged"
if [ "$keep" = yes ]; then
  cat -- "$current" > "$staged"
else
  quietly certtool --generate-privkey --key-type=rsa --bits 3072 --outfile "$staged"
fi
quietly certtool --generate-request --load-privkey "$staged" --template "$work/template" --outfile "$work/request"
certtool --load-privkey "$staged" --pubkey-info 2>/dev/null | sed -n '/BEGIN PUBLIC/,/END PUBLIC/p'
cat "$work/request"
