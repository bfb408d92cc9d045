/** Waits for the moments of a move, by libvirt's status files and job figures on the hosts themselves. */
import type { LabHost } from "../../lab/lab-host";
import type { Moment } from "./fault";
import { guestMiB } from "./guest-size";
import type { Scene } from "./scene";

/** The host whose libvirtd is stopped by a signal, so that the move stays at its moment. */
export type HeldDaemon = LabHost | undefined;

const mib = 1024 ** 2;
const copied = { early: 0.25 * mib, late: 0.75 * guestMiB.fill * mib };

/** Waits for a condition for 60 s at most, and checks it some ten times per second. */
const until = (condition: string) => `i=0
until ${condition}; do i=$((i + 1)); [ $i -lt 600 ] || exit 1; sleep 0.05; done`;

const whenCopied = until(
  `[ "$(virsh domjobinfo "$1" --rawstats 2>/dev/null | sed -n 's/^data_processed: //p')" -ge "$2" ] 2>/dev/null`,
);
const whenStatus = until(`grep -q -- "$2" "/run/libvirt/qemu/$1.xml" 2>/dev/null`);

/** Makes the copy take some seconds. By virsh, so that the program stays the same for the next `up`. */
export const slowDown = (scene: Scene) => scene.run(scene.source, 'virsh migrate-setspeed "$1" 1', scene.name);
export const speedUp = (scene: Scene) => scene.run(scene.source, 'virsh migrate-setspeed "$1" 1000', scene.name);

/** Returns when the move has reached the moment, and holds it there if it would not stay. */
export async function waitForMoment(scene: Scene, moment: Moment): Promise<HeldDaemon> {
  if (moment === "before prepare") return undefined;
  const { source, destination, name } = scene;
  await scene.run(source, whenCopied, name, String(moment === "late copy" ? copied.late : copied.early));
  if (moment === "early copy" || moment === "late copy") return undefined;
  await hold(scene, destination);
  await speedUp(scene);
  await scene.run(source, whenStatus, name, "phase='perform3_done'");
  if (moment === "switchover") return destination;
  await scene.run(source, "sleep 0.3"); // the destination has been asked to finish by now
  await hold(scene, source);
  await release(scene, destination);
  await scene.run(destination, whenStatus, name, "<domstatus state='running'");
  return source;
}

const hold = (scene: Scene, host: LabHost) => scene.run(host, "kill -STOP $(pidof libvirtd virtqemud)");

const resumeDaemon = "kill -CONT $(pidof libvirtd virtqemud)";
export async function release(scene: Scene, held: HeldDaemon): Promise<void> {
  if (held) await scene.run(held, resumeDaemon);
}

/** Like {@link release}, three seconds later, for a host that no command will reach then. */
export async function releaseSoon(scene: Scene, held: HeldDaemon): Promise<void> {
  if (held) await scene.inBackground(held, `sleep 3; ${resumeDaemon}`);
}
