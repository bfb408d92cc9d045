/** The smallest case of each part of the bench: that it runs and what it measures, not what it says. */
import type { LabContext } from "../../bench/part";
import { parts } from "../../bench/parts";
import type { Sample } from "../../bench/sample";
import { smallest } from "../../bench/scale";
import { lengthyTest, runningLab } from "./support";

const context: LabContext = { lab: runningLab().lab, scale: smallest, report: () => {} };

async function samplesOf(name: string): Promise<Sample[]> {
  const samples = (await parts[name]?.run(context)) ?? [];
  for (const { what, of, value } of samples) expect([what, of, Number.isFinite(value)]).toEqual([what, of, true]);
  return samples;
}

const measured = (samples: readonly Sample[], what: string) =>
  samples.filter((sample) => sample.what === what).map(({ of }) => of);

test("loading the provider, alone and with one resource", async () => {
  const samples = await samplesOf("load");
  expect(measured(samples, "load of the provider alone")).not.toEqual([]);
  expect(measured(samples, "load")).not.toEqual([]);
});

test("each command of Pulumi beside the floor, with what sshd of each host has seen", async () => {
  const samples = await samplesOf("lifecycle");
  for (const operation of ["create", "up", "preview", "refresh", "destroy"])
    expect(measured(samples, operation)).toEqual(["ours", "floor"]);
  const most = (what: string) =>
    Math.max(...samples.filter((sample) => sample.what === what).map(({ value }) => value));
  expect(most("refresh: commands of a host")).toBeGreaterThan(0);
  expect(most("preview: commands of a host")).toBe(0);
  expect(most("preview: connections of a host")).toBe(0);
  expect(most("state of a placement")).toBeGreaterThan(most("state of a placement: definition"));
});

test("a move by the handler and one by hand, each with the guest's blackout", async () => {
  const samples = await samplesOf("move");
  for (const what of ["move", "downtime", "blackout"]) expect(measured(samples, what)).toEqual(["ours", "raw"]);
});

lengthyTest("a drain by handlers, by a loop, and by one that waits for nothing", async () => {
  expect(measured(await samplesOf("drain"), "drain")).toEqual(["ours", "shell loop", "parallel loop"]);
});

lengthyTest("a transport", async () => {
  expect(measured(await samplesOf("transports"), "transport")).toEqual(["TLS of QEMU"]);
});

test("the real CLI refreshes a stack of simulated guests", async () => {
  const samples = await samplesOf("fleet-stack");
  expect(measured(samples, "simulated stack refresh")).toEqual(["ours"]);
  expect(measured(samples, "simulated stack refresh: commands of a host")).toHaveLength(8);
});
