# Makes keys that only root can read, each whole or not at all.
# Arguments: the keys.
umask 077
for key; do
  rm -rf -- "$key.new"
  certtool --generate-privkey --key-type=rsa --bits 3072 --outfile "$key.new" > /dev/null 2>&1 || {
    certtool --generate-privkey --key-type=rsa --bits 3072 --outfile "$key.new" 2>&1 | tail -n 3 >&2
    exit 1
  }
  sync -- "$key.new"
  mv -fT -- "$key.new" "$key"
done
