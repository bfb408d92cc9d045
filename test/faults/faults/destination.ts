/** Destinations that cannot take the guest. */
import { shareFolder } from "../../../lab/by-hand/nfs";
import { imagePath } from "../../../lab/guest/domain";
import { imageFolder } from "../../lab/support";
import { because, type Fault } from "../fault";
import type { Scene } from "../scene";

const atRest = ["before prepare", "early copy"] as const;
const mount = (scene: Scene) => shareFolder(scene.nas, [scene.destination], imageFolder);
const unmount = 'umount "$1" || umount -l "$1"';
const secondsOff = 2 * 24 * 3600;

/** Fills the disk with smaller and smaller files, until nothing fits. */
const fill = `mkdir -p /var/tmp/full; n=0
for size in 1G 100M 10M 1M 64K 4K; do
  while fallocate -l $size /var/tmp/full/$n 2> /dev/null; do n=$((n + 1)); done
done; [ "$(df --output=avail / | tail -1)" -eq 0 ]`;

export const destinationFaults: Fault[] = [
  {
    name: "destination's disk full",
    at: atRest,
    apply: (scene) => scene.must(scene.destination, fill),
    repair: (scene) => scene.run(scene.destination, "rm -rf /var/tmp/full"),
  },
  {
    // Processes may allocate little more memory than they have now.
    name: "memory too small on the destination",
    at: atRest,
    leftOut: because("QEMU has the guest's memory by then", "early copy"),
    apply: (scene) =>
      scene.must(
        scene.destination,
        `used=$(sed -n 's/^Committed_AS: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)
         sysctl -q vm.overcommit_kbytes=$((used + 40000)) vm.overcommit_memory=2`,
      ),
    repair: (scene) => scene.run(scene.destination, "sysctl -q vm.overcommit_memory=0 vm.overcommit_ratio=50"),
  },
  {
    name: "image missing on the destination",
    at: atRest,
    apply: (scene) => scene.must(scene.destination, unmount, imageFolder),
    repair: mount,
  },
  {
    name: "another file at the image's path on the destination",
    at: atRest,
    leftOut: because("QEMU has opened the image by then", "early copy"),
    apply: (scene) =>
      scene.must(
        scene.destination,
        `(${unmount}) && qemu-img create -q -f qcow2 "$2" 1M`,
        imageFolder,
        imagePath(scene.guest.guest),
      ),
    repair: async (scene) => {
      await scene.run(scene.destination, 'rm -f "$1"/*', imageFolder);
      await mount(scene);
    },
  },
  {
    name: "clock of the destination two days behind",
    at: atRest,
    apply: (scene) => scene.must(scene.destination, `date -s "@$(($(date +%s) - ${secondsOff}))"`),
    repair: (scene) => scene.run(scene.destination, 'date -s "@$1"', String(Math.round(Date.now() / 1000))),
  },
  {
    name: "migration ports blocked on the destination",
    at: atRest,
    apply: (scene) => scene.must(scene.destination, "iptables-legacy -I INPUT -p tcp --dport 49152:49215 -j DROP"),
    repair: (scene) => scene.run(scene.destination, "iptables-legacy -D INPUT -p tcp --dport 49152:49215 -j DROP"),
  },
];
