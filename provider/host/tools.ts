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

/** As dash and bash say it: `sh: 1: NAME: not found`, `bash: line 1: NAME: command not found`. */
const notFound =
  /^[\w/.-]{0,100}sh: (?:[\w/.-]{1,100} )?(?:line )?(?:\d{1,9}: ?)?(?:exec: )?([\w.+-]{1,100}): (?:command )?not found$/;
const longestComplaint = 10_000;

/**
 * The program that a command did not find.
 *
 * @param argv the command; for a shell, its message names the program in the script
 */
export function missingTool(argv: readonly string[], exitCode: number, stderr: string): string | undefined {
  if (exitCode !== 127) return undefined;
  const complaints = stderr
    .slice(-longestComplaint)
    .split("\n")
    .flatMap((line) => notFound.exec(line)?.[1] ?? []);
  return complaints[0] ?? argv[0];
}
