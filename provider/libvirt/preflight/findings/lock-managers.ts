/**
 * Pure: libvirt refuses a guest that comes from another lock manager.
 *
 * @see https://libvirt.org/kbase/locking-lockd.html
 */
import type { Finding } from "../../../placement/preflight/finding";
import type { LibvirtFacts } from "../libvirt-facts";

type Side = { name: string } & Pick<LibvirtFacts, "qemuConf">;

const managerOf = ({ qemuConf }: Side): string => qemuConf.get("lock_manager")?.replaceAll('"', "") ?? "";

const described = (manager: string): string => (manager === "" ? "has none" : `has ${manager}`);

export function lockManagerFindings(from: Side, to: Side): Finding[] {
  const [here, there] = [managerOf(from), managerOf(to)];
  if (here === there) return [];
  return [
    {
      code: "lock-manager-different",
      hostName: to.name,
      subject: "lock_manager",
      seen: `In qemu.conf ${from.name} ${described(here)} as its lock_manager, and ${to.name} ${described(there)}: libvirt there refuses a guest of the other.`,
      fix: "Set lock_manager alike on both; libvirtd has to be restarted, and guests that run there are locked from their next start on.",
    },
  ];
}
