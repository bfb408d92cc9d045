/** All guests of a host leave it: by handlers at once, by a shell loop on the source, and by a loop that waits for none. */
import { migrateCommand } from "../../lab/by-hand/guest";
import { guests } from "../../lab/guest/build";
import type { LabHost } from "../../lab/lab-host";
import { quoteCommand } from "../../provider/host/command";
import { PlacedGuest } from "../../test/lab/placed-guest";
import { prepareHypervisors, removeGuest } from "../../test/lab/support";
import type { LabContext, Part } from "../part";
import { type Sample, timed } from "../sample";

type HostName = "hv-a" | "hv-b";

const ways = ["ours", "shell loop", "parallel loop"] as const;

function loop(drained: readonly PlacedGuest[], from: LabHost, to: LabHost, end: "" | " &"): Promise<unknown> {
  const commands = drained.map(({ guest }) => `${quoteCommand(migrateCommand(guest, to))}${end}`);
  return from.script([...commands, "wait"].join("\n"));
}

async function drainBy(way: (typeof ways)[number], drained: readonly PlacedGuest[], { lab }: LabContext) {
  const { from, to } = drained[0]?.nextMove() ?? { from: "hv-a" as HostName, to: "hv-b" as HostName };
  const { ms } = await timed(async () =>
    way === "ours"
      ? Promise.all(drained.map((guest) => guest.up(to)))
      : loop(drained, lab.host(from), lab.host(to), way === "parallel loop" ? " &" : ""),
  );
  await Promise.all(drained.map(({ placement }) => placement.refresh()));
  const left = drained.filter(({ placement }) => placement.outputs.host !== to);
  if (left.length > 0) throw new Error(`Drain by ${way}: ${left.map(({ guest }) => guest.name).join(", ")} stayed.`);
  return ms;
}

export const drain: Part = {
  needsLab: true,
  async run(context) {
    const { scale, report } = context;
    const numbers = Array.from({ length: scale.drained }, (_, number) => number);
    const drained = numbers.map((number) => new PlacedGuest(`bench-drain-${number}`, guests.beat));
    await prepareHypervisors();
    try {
      for (const guest of drained) await guest.furnish();
      await Promise.all(drained.map((guest) => guest.up("hv-a")));
      const samples: Sample[] = [];
      for (let round = 0; round < Math.ceil(scale.repeats / 2); round++)
        for (const of of ways) {
          report(`of ${scale.drained}, ${of}`);
          const ms = await drainBy(of, drained, context);
          samples.push({ what: "drain", of, guests: scale.drained, value: ms / 1000, unit: "s" });
        }
      return samples;
    } finally {
      for (const { guest } of drained) await removeGuest(guest.name);
    }
  },
};
