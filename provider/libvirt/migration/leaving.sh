# The time, then when libvirt began for the last time to send the guest $1 away, both in UTC: its own log says so.
date -u '+%Y-%m-%d %H:%M:%S'
grep -a ': initiating migration$' "/var/log/libvirt/qemu/$1.log" 2>/dev/null | tail -n 1 | cut -c 1-19
