/** The real CLI refreshes a stack of simulated guests; what such a stack weighs, and what of it is what. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPulumiWorkspace } from "../../lab/pulumi/workspace";
import type { ConnectionArgs } from "../../provider/host/connection-args";
import { oneOfEach } from "../../test/one-of-each";
import { deployment } from "../fleet/deployment";
import type { HostCounts } from "../fleet/hosts";
import { ask, startProcess } from "../fleet/processes";
import type { Fleet, Part } from "../part";
import { watchMemory } from "../process-memory";
import { type Sample, timed } from "../sample";
import { placementSamples } from "../state-size";

const guestsAHost = 25;

/** What the program gives to Pulumi as the provider of a placement. */
async function providerText(): Promise<string> {
  const { registrations } = await oneOfEach();
  return String(registrations.get("DomainPlacement")?.inputs.__provider);
}

async function refreshStack(fleet: Fleet, connections: readonly ConnectionArgs[], text: string): Promise<Sample[]> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kvm-live-bench-"));
  try {
    const stack = await createPulumiWorkspace({ program: "bench/programs/placements", folder, project: "fleet" });
    await stack.pulumi(["stack", "init", "fleet"]);
    const file = join(folder, "deployment.json");
    writeFileSync(file, JSON.stringify(deployment(fleet, connections, text)));
    await stack.pulumi(["stack", "import", "--file", file]);
    const started = stack.start(["refresh", "--yes", "--skip-preview"]);
    const memory = watchMemory(started.providerPids);
    const { result, ms } = await timed(() => started.done);
    const peakMiB = memory.stop();
    if (result.exitCode !== 0) throw new Error(`${result.command} failed:\n${result.stdout}\n${result.stderr}`);
    const size = { of: "ours", guests: fleet.guests, hosts: fleet.hosts };
    return [
      { what: "simulated stack refresh", ...size, value: ms / 1000, unit: "s" },
      { what: "simulated stack refresh: memory", ...size, value: peakMiB, unit: "MiB" },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const fleetStack: Part = {
  needsLab: false,
  async run({ scale: { stackGuests }, report }) {
    const hosts = startProcess("hosts.ts");
    const count = Math.max(8, Math.ceil(stackGuests / guestsAHost));
    const fleet = { hosts: count, guests: stackGuests, candidates: 8 };
    try {
      const connections = await ask<ConnectionArgs[]>(hosts, fleet);
      const text = await providerText();
      report(
        `refresh of ${fleet.guests} guests on ${fleet.hosts} hosts, ${fleet.candidates} candidates each, by the CLI`,
      );
      const refreshed = await refreshStack(fleet, connections, text);
      const counts = await ask<HostCounts[]>(hosts, "count");
      const { resources } = deployment(fleet, connections, text).deployment;
      const size = { of: "ours", guests: fleet.guests, hosts: fleet.hosts };
      return [
        ...refreshed,
        ...counts.map(
          ({ commands }): Sample => ({
            what: "simulated stack refresh: commands of a host",
            ...size,
            value: commands,
            unit: "commands",
          }),
        ),
        {
          what: "state of a simulated stack",
          ...size,
          value: Buffer.byteLength(JSON.stringify(resources)),
          unit: "bytes",
        },
        ...placementSamples(resources, fleet.guests),
      ];
    } finally {
      hosts.disconnect();
    }
  },
};
