# Prints a line for each fact: its key, then its value. Arguments: names of daemons, the first that runs counts.
echo "hostname $(hostname)"
# shellcheck source=/dev/null
(. /etc/os-release; echo "operatingSystem $PRETTY_NAME")
echo "cpuModel $(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)"
echo "cpus $(nproc)"
echo "memoryKiB $(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo)"
for daemon; do
  if systemctl is-active --quiet "$daemon.socket" || systemctl is-active --quiet "$daemon.service"; then
    echo "libvirtDaemon $daemon"
    version=$(virsh --readonly --connect qemu:///system version)
    echo "libvirtVersion $(echo "$version" | sed -n 's/^Using library: libvirt //p')"
    echo "qemuVersion $(echo "$version" | sed -n 's/^Running hypervisor: QEMU //p')"
    break
  fi
done
