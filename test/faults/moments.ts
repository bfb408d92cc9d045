/** How the moments of a move are met: libvirt's own status files and figures, looked at on the hosts themselves. */
import type { LabHost } from "../../lab/lab-host";
import type { Moment } from "./fault";
import { guestMiB } from "./guest-size";
import type { Scene } from "./scene";

/** A daemon that was stopped by a signal, so that the move stays where it is. */
export type Held = LabHost | undefined;

const mib = 1024 ** 2;
const copied = { early: 0.25 * mib, late: 0.75 * guestMiB.fill * mib };

/** Looks up to 60 s, some ten times a second. */
const until = (condition: string) => `i=0
until ${condition}; do i=$((i + 1)); [ $i -lt 600 ] || exit 1; sleep 0.05; done`;

const whenCopied = until(
  `[ "$(virsh domjobinfo "$1" --rawstats 2>/dev/null | sed -n 's/^data_processed: //p')" -ge "$2" ] 2>/dev/null`,
);
const whenStatus = until(`grep -q -- "$2" "/run/libvirt/qemu/$1.xml" 2>/dev/null`);

/** The copy takes some seconds from now on. By hand, so that the program stays the same for the next `up`. */
export const slowDown = (scene: Scene) => scene.run(scene.source, 'virsh migrate-setspeed "$1" 1', scene.name);
export const speedUp = (scene: Scene) => scene.run(scene.source, 'virsh migrate-setspeed "$1" 1000', scene.name);

/** Returns when the move is there, and holds it there if it would not stay. */
export async function meet(scene: Scene, moment: Moment): Promise<Held> {
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

const hold = (scene: Scene, host: LabHost) => scene.run(host, "kill -STOP $(pidof libvirtd)");

const goOn = "kill -CONT $(pidof libvirtd)";
export async function release(scene: Scene, held: Held): Promise<void> {
  if (held) await scene.run(held, goOn);
}

/** For when no command will get through any more. */
export async function releaseSoon(scene: Scene, held: Held): Promise<void> {
  if (held) await scene.inBackground(held, `sleep 3; ${goOn}`);
}
