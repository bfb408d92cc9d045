/** The command line of the original article that this project came from. */
export const articleCommandLine = [
  ...["-enable-kvm", "-m", "2048", "-hda", "/home/cliu8/migrate/ubuntutest.img", "-vnc", ":19"],
  ...["-net", "nic,model=virtio", "-net", "tap,ifname=tap0,script=no"],
];
