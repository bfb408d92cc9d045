/** Pure: the Debian packages of the programs that the provider runs. */
const packages: Readonly<Record<string, string>> = {
  certtool: "gnutls-bin",
  exportfs: "nfs-kernel-server",
  findmnt: "util-linux",
  flock: "util-linux",
  mount: "mount",
  "mount.nfs": "nfs-common",
  "ovs-vsctl": "openvswitch-switch",
  "qemu-img": "qemu-utils",
  socat: "socat",
  ss: "iproute2",
  "ssh-keygen": "openssh-client",
  sudo: "sudo",
  systemctl: "systemd",
  virsh: "libvirt-clients",
  "virt-admin": "libvirt-clients",
};

export const debianPackageOf = (tool: string): string | undefined => packages[tool];

/**
 * The program that a command did not find.
 *
 * @param argv the command; for a shell, its message names the program in the script
 */
export function missingTool(argv: readonly string[], exitCode: number, stderr: string): string | undefined {
  if (exitCode !== 127) return undefined;
  const complaint = /^(?:[\w/.-]*sh|bash): (?:\S+ )?(?:line )?\d*:? ?([\w.+-]+): (?:command )?not found$/m.exec(stderr);
  return complaint?.[1] ?? argv[0];
}
