# Makes keys that only root can read, each whole or not at all.
# Arguments: the keys.
umask 077
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
quietly() { "$@" > "$work/log" 2>&1 || { tail -n 3 "$work/log" >&2; exit 1; }; }
for key; do
  rm -rf -- "$key.new"
  quietly certtool --generate-privkey --key-type=rsa --bits 3072 --outfile "$key.new"
  sync -- "$key.new"
  mv -fT -- "$key.new" "$key"
done
