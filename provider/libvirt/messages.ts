/** Pure: what a user is told of a domain, and what an operator types. @see https://libvirt.org/manpages/virsh.html */
import { quoteCommand } from "../host/command";
import type { DriverMessages } from "../placement/messages";
import { journalAdvice, startAdvice } from "./daemon/flavours";

export const libvirtMessages: DriverMessages = {
  leftover: "definition",
  undefines: "undefines the leftover",
  transient: " as a transient domain: it is gone when it ends.",
  silent: "its libvirt does not answer",
  wake: `Start libvirt there (${startAdvice}), or see why it hangs (${journalAdvice("hypervisor")}).`,
  unknownQemu: "libvirt there does not manage it",
  destroy: (uuid) => `virsh destroy ${uuid}`,
  suspend: (uuid) => `virsh suspend ${uuid}`,
  resume: (uuid) => `virsh resume ${uuid}`,
  show: (uuid) => `virsh dumpxml --inactive ${uuid}`,
  undefine: (uuid) => `virsh undefine ${uuid} --keep-nvram --keep-tpm`,
  snapshots: (uuid) =>
    `virsh snapshot-list ${uuid} shows them; virsh snapshot-delete ${uuid} NAME deletes one, with --metadata only libvirt's record of it`,
  checkpoints: (uuid) =>
    `virsh checkpoint-list ${uuid} shows them; virsh checkpoint-delete ${uuid} NAME deletes one, with --metadata only libvirt's record of it`,
  rename: (from, to) => quoteCommand(["virsh", "domrename", from, to]),
  savedMemory: (uuid) => `virsh start ${uuid} goes on from it, virsh managedsave-remove ${uuid} gives it up`,
};
