# For how long the host has been up, then for how long it has had the definition $1, in seconds.
cut -d ' ' -f 1 /proc/uptime
file=/etc/libvirt/qemu/$1.xml
[ ! -e "$file" ] || echo $(($(date +%s) - $(stat -c %Y "$file")))
