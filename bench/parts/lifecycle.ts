/** What each command of Pulumi costs for a number of guests that are off, beside resources that do nothing. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { domainXml } from "../../lab/guest/domain";
import type { Lab } from "../../lab/lab";
import type { PulumiWorkspace } from "../../lab/pulumi/workspace";
import { createLabStack } from "../../lab/scenarios/stack";
import { countSessions, logSessions } from "../host-sessions";
import type { LabContext, Part } from "../part";
import { watchMemory } from "../process-memory";
import { type Sample, timed } from "../sample";
import { stateSamples } from "../state-size";

/** In this order; all but the first and the last leave the stack as it is. */
const operations = {
  create: ["up", "--yes", "--skip-preview"],
  up: ["up", "--yes"],
  preview: ["preview"],
  refresh: ["refresh", "--yes", "--skip-preview"],
  destroy: ["destroy", "--yes", "--skip-preview"],
} as const;

type Operation = keyof typeof operations;

const isRepeatable = (operation: Operation) => operation !== "create" && operation !== "destroy";

interface Subject {
  of: "ours" | "floor";
  stack: PulumiWorkspace;
}

/** @param folder where to make it */
async function subject(of: Subject["of"], lab: Lab, folder: string): Promise<Subject> {
  const program = of === "ours" ? "placements" : "floor";
  const xml = domainXml({ name: "NAME", folder: "/srv/vm", memoryMiB: 32 });
  return { of, stack: await createLabStack(lab, join(folder, of), `bench/programs/${program}`, { xml }) };
}

async function measure(
  operation: Operation,
  { of, stack }: Subject,
  guests: number,
  { lab }: LabContext,
): Promise<Sample[]> {
  const hosts = of === "ours" ? [lab.host("hv-a"), lab.host("hv-b")] : [];
  const sessions = await countSessions(hosts);
  const started = stack.start(operations[operation]);
  const memory = watchMemory(started.providerPids);
  const { result, ms } = await timed(() => started.done);
  const peakMiB = memory.stop();
  if (result.exitCode !== 0) throw new Error(`${result.command} failed:\n${result.stdout}\n${result.stderr}`);
  const { commands, connections } = await sessions.since();
  const sample = (what: string, value: number, unit: Sample["unit"]): Sample => ({ what, of, guests, value, unit });
  return [
    sample(operation, ms / 1000, "s"),
    ...(peakMiB > 0 ? [sample(`${operation}: memory of the provider`, peakMiB, "MiB")] : []),
    ...commands.map((count) => sample(`${operation}: commands of a host`, count, "commands")),
    ...connections.map((count) => sample(`${operation}: connections of a host`, count, "connections")),
  ];
}

export const lifecycle: Part = {
  needsLab: true,
  async run(context) {
    const { lab, scale, report } = context;
    const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-bench-"));
    const hosts = [lab.host("hv-a"), lab.host("hv-b")];
    const samples: Sample[] = [];
    try {
      const subjects = [await subject("ours", lab, folder), await subject("floor", lab, folder)];
      await logSessions(hosts);
      // Once: libvirt asks QEMU what it can do, which takes seconds.
      await Promise.all(hosts.map((host) => host.exec(["virsh", "domcapabilities"])));
      for (const guests of scale.guests) {
        for (const { stack } of subjects) await stack.configure({ guests: String(guests) });
        for (const operation of Object.keys(operations) as Operation[]) {
          if (operation === "destroy" && subjects[0]) samples.push(...(await stateSamples(subjects[0].stack, guests)));
          for (let repeat = 0; repeat < (isRepeatable(operation) ? scale.repeats : 1); repeat++)
            for (const one of subjects) {
              report(`${operation} of ${guests}, ${one.of}`);
              samples.push(...(await measure(operation, one, guests, context)));
            }
        }
      }
      return samples;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
