# Signs the certificate request on standard input and prints the certificate.
# Arguments: the authority's key and certificate, certtool's template.
umask 077
key=$1 authority=$2 template=$3
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
printf '%s' "$template" > "$work/template"
cat > "$work/request"
quietly certtool --generate-certificate --load-request "$work/request" --template "$work/template" \
  --load-ca-certificate "$authority" --load-ca-privkey "$key" --outfile "$work/certificate"
quietly certtool --verify --load-ca-certificate "$authority" --infile "$work/certificate"
cat "$work/certificate"
