# Installs what make-authority.sh has made.
# Arguments: key, certificate, "yes" to keep the certificates that are there after the new one, the marker of a due reload
# to make, a marker to take away (both empty for none), the suffix of backups, then the files to back up.
key=$1 certificate=$2 keep=$3 reload_pending=$4 marker=$5 suffix=$6
shift 6
for path in "$@"; do
  if [ -e "$path" ] && [ ! -e "$path$suffix" ]; then cp -a -- "$path" "$path$suffix"; fi
done
if [ "$keep" = yes ]; then cat -- "$certificate" >> "$certificate.new"; fi
[ -z "$reload_pending" ] || : > "$reload_pending"
chown root:root -- "$key.new" "$certificate.new"
chmod 600 -- "$key.new"
chmod 644 -- "$certificate.new"
sync -- "$key.new" "$certificate.new"
mv -fT -- "$key.new" "$key"
mv -fT -- "$certificate.new" "$certificate"
[ -z "$marker" ] || rm -f -- "$marker"
