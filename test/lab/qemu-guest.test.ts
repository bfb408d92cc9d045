/** A guest without libvirt, moved by QEMU itself: ways, drift, endings. */
import { guests } from "../../lab/guest/build";
import { NativeGuest } from "./native-guest";
import { prepareHypervisors, runningLab } from "./support";

const { hvA } = runningLab();
const guest = new NativeGuest("native", guests.full);

beforeAll(async () => {
  await prepareHypervisors();
  await guest.furnish();
});
afterAll(() => guest.remove());

test("up starts it in a unit of its own, as the owner of its image, with sockets that only root can open", async () => {
  await guest.up("hv-a");
  await guest.expectOn("hv-a");
  const { stdout } = await hvA.script(
    `ps -o uid= -p "$(systemctl show --property=MainPID --value "$1")"
     stat -c '%U %a %F' "/run/pulumi-kvm-live/qemu/$2" "/run/pulumi-kvm-live/qemu/$2"/*.sock`,
    guest.unit,
    guest.uuid,
  );
  console.log(stdout);
});

test("moves", async () => {
  await guest.up("hv-b");
  console.log(guest.told, guest.lastMigration);
  await guest.expectOn("hv-b");
  await guest.up("hv-a", { migration: { tls: false, multifdChannels: 4 } });
  console.log(guest.told, guest.lastMigration);
  await guest.expectOn("hv-a");
});

test("destroy", async () => {
  await guest.driver.destroy();
});
