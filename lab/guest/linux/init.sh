#!/bin/busybox sh
# The first program of the lab's Linux guest. It counts on the serial console from 1, one number a second and line, as
# the lab's other guests do; nothing else is written there. The kernel command line sets $address.
export PATH=/bin:/sbin:/usr/sbin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /run /var/run /tmp

stty -F /dev/ttyS0 raw
(n=1; while echo "$n"; do n=$((n + 1)); sleep 1; done) > /dev/ttyS0 &

while read -r module; do insmod "/modules/$module"; done < /modules/order

ip link set lo up
ip address add "${address:?}" dev eth0
ip link set eth0 mtu 1400 up
# Each connection counts from 1 too, one number a second.
nc -ll -p 7 -e /bin/count &

acpid -d -p /run/acpid.pid 2> /run/acpid.log &

for port in /sys/class/virtio-ports/*; do
  if [ "$(cat "$port/name")" = org.qemu.guest_agent.0 ]; then agent=/dev/${port##*/}; fi
done
exec qemu-ga --method virtio-serial --path "${agent:?}"
