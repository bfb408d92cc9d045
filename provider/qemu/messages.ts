/** Pure: what a user is told of a guest without libvirt, and what an operator types. */
import type { DriverMessages } from "../placement/messages";
import { monitorSocket, unitOf } from "./unit";

/** One command of QEMU's monitor. @see https://www.qemu.org/docs/master/system/monitor.html */
const inMonitor = (uuid: string, command: string) => `echo ${command} | socat - UNIX-CONNECT:${monitorSocket(uuid)}`;

export const qemuMessages: DriverMessages = {
  leftover: "unit",
  undefines: "removes the ended unit",
  transient: ".",
  silent: "what runs there cannot be asked",
  wake: "Run the same command again; if that does not help, see what it does (systemctl status 'pulumi-kvm-live-*').",
  unknownQemu: "it is in no unit of this provider",
  destroy: (uuid) => `systemctl stop ${unitOf(uuid)}`,
  suspend: (uuid) => inMonitor(uuid, "stop"),
  resume: (uuid) => inMonitor(uuid, "cont"),
  show: (uuid) => `systemctl cat ${unitOf(uuid)}`,
  undefine: (uuid) => `systemctl stop ${unitOf(uuid)}`,
};
