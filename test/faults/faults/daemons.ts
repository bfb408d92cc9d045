/** libvirtd or QEMU ending, on either side. */
import type { LabHost } from "../../../lab/lab-host";
import { retryUntil } from "../../../provider/util/policy";
import { because, type Fault, moments, type Side } from "../fault";
import type { Scene } from "../scene";

const sockets = "libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd-tls.socket";

/** systemd starts no socket whose service runs. `is-active` succeeds when one of several is active. */
export const listenAgain = `[ -x /usr/sbin/virtqemud ] || for socket in ${sockets}; do
  systemctl is-active -q $socket && continue
  systemctl reset-failed libvirtd.service ${sockets} 2> /dev/null
  systemctl stop libvirtd.service; systemctl start ${sockets}; break
done`;

/** Starts libvirt's sockets, and returns when libvirt answers, also to other hosts. */
export async function untilLibvirtAnswers(scene: Scene, host: LabHost): Promise<void> {
  const ask = async () => {
    await host.exec(
      [
        "sh",
        "-c",
        `${listenAgain}
timeout 20 virsh list > /dev/null`,
      ],
      { timeoutMs: 60_000 },
    );
  };
  await retryUntil(ask, { everyMs: 300, timeoutMs: 180_000 });
  scene.note(`${host.name}: libvirt answers`);
}

const commands = {
  stopped: `systemctl stop libvirtd.service ${sockets}`,
  disabled: `systemctl disable --now libvirtd.service ${sockets}; systemctl mask libvirtd.service ${sockets}`,
  hung: "kill -STOP $(pidof libvirtd)",
  killed: "kill -9 $(pidof libvirtd)",
  restarted: "systemctl restart libvirtd.service",
};

const mend = `systemctl unmask libvirtd.service ${sockets}; systemctl enable libvirtd.service ${sockets}; kill -CONT $(pidof libvirtd)`;

/** Those after which it is there again by itself. */
const passing: readonly string[] = ["killed", "restarted"];

const libvirtd = (how: keyof typeof commands, side: Side): Fault => ({
  name: `libvirtd ${how} on the ${side}`,
  at: moments,
  ...(!passing.includes(how) && { silent: side }),
  ...(how === "hung" && { holds: side }),
  apply: (scene) => scene.must(scene[side], commands[how]),
  repair: async (scene) => {
    await scene.run(scene[side], mend);
    await untilLibvirtAnswers(scene, scene[side]);
  },
});

const ofGuest = (signal: string) => `kill -${signal} $(pgrep -f -- "[-]uuid $1")`;
const end = (scene: Scene, side: Side, signal: string) => scene.must(scene[side], ofGuest(signal), scene.guest.uuid);
const here = ["before prepare", "early copy", "late copy"] as const;

const qemuFaults: Fault[] = [
  {
    name: "QEMU killed on the source",
    at: moments,
    endsGuest: because("its QEMU was killed", ...here, "switchover"),
    apply: (scene) => end(scene, "source", "KILL"),
    repair: async () => {},
  },
  {
    name: "QEMU killed on the destination",
    at: moments,
    leftOut: because("no QEMU of it is there yet", "before prepare"),
    endsGuest: because("its QEMU was killed", "after switchover"),
    apply: (scene) => end(scene, "destination", "KILL"),
    repair: async () => {},
  },
  {
    // QEMU answers SIGTERM as it answers the guest's own power-off: it tells libvirt of a shutdown and exits.
    name: "guest shuts itself down",
    at: moments,
    leftOut: because("it is paused on both hosts, and can do nothing", "switchover"),
    endsGuest: because("it shut itself down", ...here, "after switchover"),
    apply: async (scene) => {
      const alive =
        (await scene.run(
          scene.destination,
          "grep -ls \"domstatus state='running'\" /run/libvirt/qemu/$1.xml",
          scene.name,
        )) !== "";
      await end(scene, alive ? "destination" : "source", "TERM");
    },
    repair: async () => {},
  },
];

export const daemonFaults: Fault[] = [
  ...(["source", "destination"] as const).flatMap((side) =>
    (["stopped", "disabled", "hung", "killed", "restarted"] as const).map((how) => libvirtd(how, side)),
  ),
  ...(["source", "destination"] as const).flatMap((side) =>
    (["stopped", "disabled", "hung"] as const).map((how) => ({
      ...libvirtd(how, side),
      name: `libvirtd ${how} on the ${side}, image without a lock`,
      unlocked: true,
    })),
  ),
  ...qemuFaults,
];
