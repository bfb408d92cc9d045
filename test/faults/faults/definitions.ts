/** Definitions and domains that somebody made by hand. */
import { type Fault, moments, type Side } from "../fault";
import type { Scene } from "../scene";

const atRest = ["before prepare", "early copy"] as const;
const file = (name: string) => `/run/${name}.by-hand.xml`;

/** Saves the source's definition on a host, changed by a sed expression. */
async function copyDefinition(scene: Scene, to: Side, change: string): Promise<void> {
  const { stdout } = await scene.source.exec(["virsh", "dumpxml", "--inactive", scene.name]);
  const text = 'printf "%s" "$1" | sed "$2" > "$3"';
  await scene.must(scene[to], text, stdout, change, file(scene.name));
}

const otherContent = "s|^  <devices>|  <description>by hand</description>\\n  <devices>|";
const define = 'virsh define "$1"';

const leftover = (what: string, change: string): Fault => ({
  name: `leftover definition with ${what} content on the destination`,
  at: atRest,
  apply: async (scene) => {
    await copyDefinition(scene, "destination", change);
    await scene.must(scene.destination, define, file(scene.name));
  },
  repair: async () => {},
});

export const definitionFaults: Fault[] = [
  {
    name: "source definition edited",
    at: moments,
    apply: async (scene) => {
      // libvirtd may be stopped: it answers when it is resumed.
      const xml = await scene.run(scene.source, 'cat "/etc/libvirt/qemu/$1.xml"', scene.name);
      await scene.run(scene.source, 'printf "%s" "$1" | sed "$2" > "$3"', xml, otherContent, file(scene.name));
      await scene.inBackground(scene.source, define, file(scene.name));
    },
    repair: async () => {},
  },
  leftover("the same", ""),
  leftover("other", otherContent),
  {
    // Without its disk, whose lock would keep it from starting.
    name: "domain started by hand on the destination",
    at: atRest,
    apply: async (scene) => {
      await copyDefinition(
        scene,
        "destination",
        "/<disk/,/<.disk>/d; /<serial/,/<.serial>/d; /<console/,/<.console>/d",
      );
      await scene.run(scene.destination, 'virsh create "$1"', file(scene.name));
    },
    repair: (scene) =>
      scene.run(scene.destination, 'virsh dumpxml "$1" | grep -q "<disk" || virsh destroy "$1"', scene.name),
  },
];
