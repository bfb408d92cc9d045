/** One cell, from a fresh guest to what was found. */
import { dirname } from "node:path";
import { imagePath, serialLogPath } from "../../lab/guest/domain";
import { closeConnections } from "../../provider/host/ssh-host";
import { removeGuest } from "../lab/support";
import { refresh, up } from "./conduct";
import type { Cell } from "./fault";
import { life, look } from "./judge";
import { meet, release, releaseSoon, slowDown, speedUp } from "./moments";
import type { Findings, Said } from "./record";
import type { Scene } from "./scene";

/** How long an `up` may go on under a fault before the fault is taken away. */
const patienceMs = 75_000;

export async function runCell(cell: Cell, scene: Scene): Promise<Findings> {
  const { fault } = cell;
  await scene.guest.furnish();
  await Promise.all(
    scene.logHosts.map((host) => host.exec(["mkdir", "-p", dirname(serialLogPath(scene.guest.guest))])),
  );
  const created = await up(scene, "hv-a", "create");
  if (created.ended === "error") throw new Error(`no guest: ${created.message}`);
  await slowDown(scene);
  const { going } = await strike(cell, scene);
  const standing = (await endsInTime(going)) ? await whileItStands(cell, scene) : undefined;
  await fault.mend(scene);
  scene.note("the fault is gone");
  const firstUp = await going;
  await closeConnections(); // one that a fault has cut would only be noticed after half a minute
  const [mended] = await Promise.all([look(scene), speedUp(scene)]);
  const refreshed = await refresh(scene);
  const nextUp = await up(scene, "hv-b", "next up");
  const again = { refresh: await refresh(scene), up: await up(scene, "hv-b", "up once more") };
  const [end, lived] = await Promise.all([look(scene), life(scene)]);
  return { firstUp, ...(standing && { standing }), mended, refresh: refreshed, nextUp, again, end, life: lived };
}

/** Begins the move, and lets the fault strike at its moment. */
async function strike({ fault, moment }: Cell, scene: Scene): Promise<{ going: Promise<Said> }> {
  if (moment === "before prepare") {
    await fault.apply(scene);
    return { going: up(scene, "hv-b", "first up") };
  }
  const going = up(scene, "hv-b", "first up");
  const early = going.then(({ message }) => {
    throw new Error(`up ended before the moment came: ${message ?? "no error"}`);
  });
  const held = await Promise.race([meet(scene, moment), early]);
  early.catch(() => {});
  scene.note(`the moment: ${moment}`);
  if (fault.cutsNetwork) await releaseSoon(scene, held);
  await fault.apply(scene);
  if (!fault.cutsNetwork) await release(scene, held);
  return { going };
}

async function endsInTime(going: Promise<Said>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), patienceMs);
  });
  return Promise.race([going.then(() => true), over]).finally(() => clearTimeout(timer));
}

/** What is seen and said before anybody mends it. */
async function whileItStands({ fault }: Cell, scene: Scene): Promise<NonNullable<Findings["standing"]>> {
  if (!fault.silent) return { seen: await look(scene) };
  const seen = await look(scene);
  await closeConnections();
  return { seen, refresh: await refresh(scene), up: await up(scene, "hv-b", "up with the host silent") };
}

/** Takes the guest away again, wherever it is. */
export async function clear(scene: Scene): Promise<void> {
  await removeGuest(scene.name);
  const { guest } = scene.guest;
  const files = [imagePath(guest), serialLogPath(guest)];
  await Promise.all([scene.nas, ...scene.logHosts].map((host) => host.exec(["rm", "-f", ...files])));
}
