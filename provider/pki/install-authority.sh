# Installs what make-authority.sh has made.
# Arguments: key, certificate, the suffix of backups, then the files to back up.
key=$1 certificate=$2 suffix=$3
shift 3
for path in "$@"; do
  if [ -e "$path" ] && [ ! -e "$path$suffix" ]; then cp -a -- "$path" "$path$suffix"; fi
done
chown root:root -- "$key.new" "$certificate.new"
chmod 600 -- "$key.new"
chmod 644 -- "$certificate.new"
sync -- "$key.new" "$certificate.new"
mv -fT -- "$key.new" "$key"
mv -fT -- "$certificate.new" "$certificate"
