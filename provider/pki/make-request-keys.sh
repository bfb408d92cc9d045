# Makes keys that only root can read, each whole or not at all.
# Arguments: the keys.
umask 077
for key; do
  rm -rf -- "$key.new"
  quietly certtool --generate-privkey --key-type=rsa --bits 3072 --outfile "$key.new"
  sync -- "$key.new"
  mv -fT -- "$key.new" "$key"
done
