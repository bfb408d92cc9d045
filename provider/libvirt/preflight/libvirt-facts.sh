# Records what libvirt and what belongs to it is on this machine, whatever the guest. A process is dear on a busy host, and
# virsh the dearest of all.
said=$(virsh --connect qemu:///system 'version --daemon; echo "= networks ="; net-list --name' 2> /dev/null) || true
record version "${said%%= networks =*}"
while read -r name; do
  [ -z "$name" ] || record network "$name" "$(virsh --connect qemu:///system net-dumpxml -- "$name" < /dev/null 2> /dev/null)"
done <<END
${said#*= networks =}
END
record swtpm "$(swtpm socket --print-capabilities 2> /dev/null)"
record swtpmStorage "$(findmnt -nro FSTYPE -T /var/lib/libvirt/swtpm 2> /dev/null)"
# An NFSv4 mount knows the server's lease.
record mounts "$(grep -E '^device |lease_time=' /proc/self/mountstats 2> /dev/null)"
record libvirtFiles "$(grep -sH '' /etc/libvirt/qemu.conf \
  /etc/pki/libvirt/clientcert.pem /etc/pki/libvirt/servercert.pem \
  /etc/pki/libvirt-migrate/client-cert.pem /etc/pki/libvirt-migrate/server-cert.pem \
  /etc/pki/qemu/client-cert.pem /etc/pki/qemu/server-cert.pem)"
