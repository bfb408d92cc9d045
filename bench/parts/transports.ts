/** What it costs how memory crosses the network: the same guest moves by each way in turn. */
import { guests } from "../../lab/guest/build";
import { PlacedGuest } from "../../test/lab/placed-guest";
import { prepareHypervisors, removeGuest } from "../../test/lab/support";
import type { Part } from "../part";
import type { Sample } from "../sample";

const ways = {
  "TLS of QEMU": { data: "tls" },
  "TLS of QEMU, 2 connections": { data: "tls", parallelConnections: 2 },
  plain: { data: "plain" },
  "tunnelled by libvirt": { data: "tunnelled" },
} as const;

export const transports: Part = {
  needsLab: true,
  async run({ scale, report }) {
    const guest = new PlacedGuest("bench-ways", guests.full, { memoryMiB: 64 });
    await prepareHypervisors();
    await guest.furnish();
    try {
      await guest.up("hv-a");
      const samples: Sample[] = [];
      // Twice, so that each goes both ways.
      for (let round = 0; round < (scale.repeats === 1 ? 1 : 2 * scale.repeats); round++)
        for (const [of, migration] of Object.entries(ways).slice(0, scale.transports)) {
          report(of);
          await guest.up(guest.nextMove().to, migration);
          const { totalTimeMs = Number.NaN, downtimeMs = Number.NaN } = guest.lastMigration ?? {};
          samples.push(
            { what: "transport", of, value: guest.placement.updateMs, unit: "ms" },
            { what: "transport: libvirt's total time", of, value: totalTimeMs, unit: "ms" },
            { what: "transport: downtime", of, value: downtimeMs, unit: "ms" },
          );
        }
      return samples;
    } finally {
      await removeGuest(guest.guest.name);
    }
  },
};
