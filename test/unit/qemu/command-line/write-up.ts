/** The command line of the write-up, as it stands there. */
export const writeUp = [
  ...["-enable-kvm", "-m", "2048", "-hda", "/home/cliu8/migrate/ubuntutest.img", "-vnc", ":19"],
  ...["-net", "nic,model=virtio", "-net", "tap,ifname=tap0,script=no"],
];
