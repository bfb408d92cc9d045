/** Hosts that lose their power, their network or their ssh sessions. */
import { shareFolder } from "../../../lab/by-hand/nfs";
import type { LabHost } from "../../../lab/lab-host";
import { imageFolder } from "../../lab/support";
import { because, type Fault, moments, type Side } from "../fault";
import type { Scene } from "../scene";
import { untilLibvirtAnswers } from "./daemons";

const onlyHost = "its only host lost its power";

const powerCut = (side: Side, endsGuest: NonNullable<Fault["endsGuest"]>): Fault => ({
  name: `power cut of the ${side}`,
  at: moments,
  unreachable: side,
  cutsNetwork: true,
  endsGuest,
  apply: (scene) => scene[side].kill(),
  repair: async (scene) => {
    await scene[side].start();
    await shareFolder(scene.nas, [scene[side]], imageFolder);
    await untilLibvirtAnswers(scene, scene[side]);
  },
});

const partition = (which: Side | "nas", what: string): Fault => ({
  name: `partition of the ${what}`,
  at: moments,
  cutsNetwork: true,
  ...(which === "nas" ? { localLog: true } : { unreachable: which }),
  apply: (scene) => scene[which].partition(),
  repair: (scene) => heal(scene, scene[which]),
});

async function heal(scene: Scene, host: LabHost): Promise<void> {
  await host.heal();
  await host.waitUntilReady();
  await Promise.all(scene.hypervisors.map((each) => untilLibvirtAnswers(scene, each)));
}

const dropSessions = `sleep 0.2; kill $(pgrep -f '^sshd: root@notty')`;

export const hostFaults: Fault[] = [
  powerCut("source", because(onlyHost, "before prepare", "early copy", "late copy", "switchover")),
  powerCut("destination", because(onlyHost, "after switchover")),
  {
    name: "power cut of the NFS server",
    localLog: true,
    at: moments,
    apply: (scene) => scene.nas.kill(),
    repair: async (scene) => {
      await scene.nas.start();
      await Promise.all(scene.hypervisors.map((each) => untilLibvirtAnswers(scene, each)));
    },
  },
  partition("source", "source"),
  partition("destination", "destination"),
  partition("nas", "NFS server"),
  {
    name: "NFS server stopped",
    localLog: true,
    at: moments,
    apply: (scene) => scene.must(scene.nas, "systemctl stop nfs-server.service"),
    repair: async (scene) => {
      await scene.run(scene.nas, "systemctl start nfs-server.service");
      await Promise.all(scene.hypervisors.map((each) => untilLibvirtAnswers(scene, each)));
    },
  },
  {
    name: "ssh dropped",
    at: moments,
    apply: (scene) => Promise.all(scene.hypervisors.map((host) => scene.inBackground(host, dropSessions))),
    repair: async () => {},
  },
];
