/** The same faults on a host with modular daemons: hv-m, beside hv-a with libvirtd. */
import type { Fault, Moment, Side } from "../fault";
import { untilLibvirtAnswers } from "./daemons";
import { hostFaults } from "./hosts";

const hosts = {
  source: { source: "hv-m", destination: "hv-a" },
  destination: { source: "hv-a", destination: "hv-m" },
} as const;
const at: readonly Moment[] = ["early copy", "after switchover"];

const killed = (daemon: "virtqemud" | "virtproxyd", side: Side): Fault => ({
  name: `${daemon} killed on the ${side}`,
  at,
  hosts: hosts[side],
  apply: (scene) => scene.must(scene[side], `kill -9 $(pidof ${daemon})`),
  repair: (scene) => untilLibvirtAnswers(scene, scene[side]),
});

const onModular = (name: string, side: Side): Fault[] =>
  hostFaults
    .filter((fault) => fault.name === name)
    .map((fault) => ({ ...fault, name: `${name}, a host with modular daemons`, at, hosts: hosts[side] }));

export const modularFaults: readonly Fault[] = [
  killed("virtqemud", "source"),
  killed("virtqemud", "destination"),
  killed("virtproxyd", "destination"),
  ...onModular("power cut of the source", "source"),
  ...onModular("power cut of the destination", "destination"),
];
