# A line for each fact: a word, and what it is about; then each file under its name, as head(1) prints it.
# Few processes, since each of them takes long on a busy host.
# Arguments: folders, paths (both are lists, and no path has a space), the baseline's path, the marker of a due reload, and
# that of a due renewal.
command -v certtool > /dev/null || exec certtool
folders=$1 paths=$2 baseline=$3 reload_pending=$4 renewal_pending=$5
read -r name < /proc/sys/kernel/hostname
echo "hostname $name"
echo "clock $(date +%s)"
echo "qemuGroup $(id -gn libvirt-qemu 2>/dev/null || id -gn qemu 2>/dev/null || true)"
for folder in $folders; do [ ! -d "$folder" ] || echo "folder $folder"; done
certificates=
keys=
for path in $paths; do
  if [ ! -e "$path" ]; then [ ! -L "$path" ] || echo "file $path link root root"; continue; fi
  case $path in *key.pem) keys="$keys $path";; *) certificates="$certificates $path";; esac
done
[ ! -e "$baseline" ] || echo "record $(base64 -w 0 -- "$baseline")"
[ ! -e "$reload_pending" ] || echo "untold yes"
[ ! -e "$renewal_pending" ] || echo "renewal yes"
# shellcheck disable=SC2086 # lists of paths
[ -z "$certificates$keys" ] || stat -Lc 'file %n %a %U %G' -- $certificates $keys
# shellcheck disable=SC2086 # a list of paths
[ -z "$certificates" ] || head -v -c 100000 -- $certificates
for path in $keys; do
  printf '\n==> %s <==\n' "$path"
  certtool --load-privkey "$path" --pubkey-info 2>/dev/null || true
done
