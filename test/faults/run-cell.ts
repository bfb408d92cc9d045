/** Runs one cell, from a fresh guest to the findings. */
import { dirname } from "node:path";
import { imagePath, serialLogPath } from "../../lab/guest/domain";
import { closeConnections } from "../../provider/host/ssh-host";
import { removeGuest } from "../lab/support";
import type { Cell } from "./fault";
import { life, observeGuest } from "./guest-observation";
import { release, releaseSoon, slowDown, speedUp, waitForMoment } from "./moments";
import { refresh, up } from "./operations";
import type { Findings, Said } from "./record";
import type { Scene } from "./scene";

/** How long an `up` may run under a fault before the fault is ended. */
const upTimeoutMs = 75_000;

export async function runCell(cell: Cell, scene: Scene): Promise<Findings> {
  const { fault } = cell;
  await scene.guest.furnish();
  await Promise.all(
    scene.logHosts.map((host) => host.exec(["mkdir", "-p", dirname(serialLogPath(scene.guest.guest))])),
  );
  const created = await up(scene, scene.source, "create");
  if (created.ended === "error") throw new Error(`no guest: ${created.message}`);
  await slowDown(scene);
  const { going } = await strike(cell, scene);
  const standing = (await endsInTime(going)) ? await observeUnderFault(cell, scene) : undefined;
  await fault.repair(scene);
  scene.note("the fault is gone");
  const firstUp = await going;
  await closeConnections(); // a connection that the fault has broken is noticed only after half a minute
  const [mended] = await Promise.all([observeGuest(scene), speedUp(scene)]);
  const refreshed = await refresh(scene);
  const nextUp = await upWithOperator(scene);
  const again = { refresh: await refresh(scene), up: await up(scene, scene.destination, "up once more") };
  const [end, lived] = await Promise.all([observeGuest(scene), life(scene)]);
  return { firstUp, ...(standing && { standing }), mended, refresh: refreshed, nextUp, again, end, life: lived };
}

/** Starts the move, and applies the fault at its moment. */
async function strike({ fault, moment }: Cell, scene: Scene): Promise<{ going: Promise<Said> }> {
  if (moment === "before prepare") {
    await fault.apply(scene);
    return { going: up(scene, scene.destination, "first up") };
  }
  const going = up(scene, scene.destination, "first up");
  const early = going.then(({ message }) => {
    throw new Error(`up ended before the moment came: ${message ?? "no error"}`);
  });
  const held = await Promise.race([waitForMoment(scene, moment), early]);
  early.catch(() => {});
  scene.note(`the moment: ${moment}`);
  if (fault.cutsNetwork) await releaseSoon(scene, held);
  await fault.apply(scene);
  const isHeldByFault = fault.holds !== undefined && held === scene[fault.holds];
  if (!fault.cutsNetwork && !isHeldByFault) await release(scene, held);
  return { going };
}

/** What only an operator may decide is decided for the disks, as the message says. */
async function upWithOperator(scene: Scene): Promise<Said> {
  const first = await up(scene, scene.destination, "next up");
  const advice = /^ {2}to start it anew from its disks: on (\S+): virsh destroy (\S+);/m.exec(first.message ?? "");
  const host = scene.hypervisors.find(({ name }) => name === advice?.[1]);
  if (!host || !advice?.[2]) return first;
  await scene.must(host, 'virsh destroy "$1"', advice[2]);
  return up(scene, scene.destination, "up after the operator's decision");
}

async function endsInTime(going: Promise<Said>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), upTimeoutMs);
  });
  return Promise.race([going.then(() => true), over]).finally(() => clearTimeout(timer));
}

/** What is observed, and what the provider says, while the fault lasts. */
async function observeUnderFault({ fault }: Cell, scene: Scene): Promise<NonNullable<Findings["standing"]>> {
  const { silent } = fault;
  if (silent) {
    const seen = await observeGuest(scene);
    const refreshed = await refresh(scene);
    const fenced = [scene[silent].name];
    return {
      seen,
      refresh: refreshed,
      up: await up(scene, silent === "source" ? scene.destination : scene.source, `up with ${fenced} fenced`, fenced),
    };
  }
  if (!fault.unreachable) return { seen: await observeGuest(scene) };
  const seen = await observeGuest(scene);
  await closeConnections();
  return {
    seen,
    refresh: await refresh(scene),
    up: await up(scene, scene.destination, "up with the host unreachable"),
  };
}

/** Removes the guest, wherever it is. */
export async function clear(scene: Scene): Promise<void> {
  await removeGuest(scene.name, scene.hypervisors);
  const { guest } = scene.guest;
  const files = [imagePath(guest), serialLogPath(guest)];
  await Promise.all([scene.nas, ...scene.logHosts].map((host) => host.exec(["rm", "-f", ...files])));
}
