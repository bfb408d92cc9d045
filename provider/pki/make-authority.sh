# Makes the authority's key and certificate beside their places, so that they can be verified before anything is replaced.
# Prints the key's public half and the certificate.
# Arguments: key, certificate, certtool's template, and "yes" to keep the key.
umask 077
key=$1 certificate=$2 template=$3 keep=$4
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
printf '%s' "$template" > "$work/template"
rm -f -- "$key.new" "$certificate.new"
if [ "$keep" = yes ]; then
  cat -- "$key" > "$key.new"
else
  quietly certtool --generate-privkey --key-type=rsa --bits 3072 --outfile "$key.new"
fi
quietly certtool --generate-self-signed --load-privkey "$key.new" --template "$work/template" --outfile "$certificate.new"
quietly certtool --verify --load-ca-certificate "$certificate.new" --infile "$certificate.new"
certtool --load-privkey "$key.new" --pubkey-info 2>/dev/null | sed -n '/BEGIN PUBLIC/,/END PUBLIC/p'
cat -- "$certificate.new"
