/** How a refresh grows with a fleet that no machine here could boot. */
import type { ConnectionArgs } from "../../provider/host/connection-args";
import type { Refreshed } from "../fleet/handlers";
import type { HostCounts } from "../fleet/hosts";
import { ask, startProcess } from "../fleet/processes";
import type { Fleet, Part } from "../part";
import type { Sample } from "../sample";

/** What Pulumi does at a time on a machine with four CPUs. */
const parallel = 16;

async function refreshFleet(fleet: Fleet): Promise<Sample[]> {
  const hosts = startProcess("hosts.ts");
  const handlers = startProcess("handlers.ts");
  try {
    const connections = await ask<ConnectionArgs[]>(hosts, fleet);
    const { seconds, peakMiB, wrong } = await ask<Refreshed>(handlers, { fleet, connections, parallel });
    if (wrong.length > 0) throw new Error(`Guests were not found where they run:\n${wrong.join("\n")}`);
    const counts = await ask<HostCounts[]>(hosts, "count");
    const size = { of: "ours", guests: fleet.guests, hosts: fleet.hosts };
    const sum = (key: keyof HostCounts) => counts.reduce((total, count) => total + count[key], 0);
    return [
      { what: "fleet refresh", ...size, value: seconds, unit: "s" },
      { what: "fleet refresh: memory", ...size, value: peakMiB, unit: "MiB" },
      { what: "fleet refresh: connections", ...size, value: sum("connections"), unit: "connections" },
      { what: "fleet refresh: bytes", ...size, value: sum("bytes"), unit: "bytes" },
      ...counts.map(
        ({ commands }): Sample => ({
          what: "fleet refresh: commands of a host",
          ...size,
          value: commands,
          unit: "commands",
        }),
      ),
    ];
  } finally {
    for (const child of [handlers, hosts]) if (child.connected) child.disconnect();
  }
}

export const fleet: Part = {
  needsLab: false,
  async run({ scale, report }) {
    const samples: Sample[] = [];
    for (const one of scale.fleets) {
      report(`refresh of ${one.guests} guests on ${one.hosts} hosts, ${one.candidates} candidates each`);
      samples.push(...(await refreshFleet(one)));
    }
    return samples;
  },
};
