/** A live move by the handler, and one by the command that an administrator types on the source, in turn. */
import { lastMigration, migrateCommand } from "../../lab/by-hand/guest";
import { guests } from "../../lab/guest/build";
import { serialLogPath } from "../../lab/guest/domain";
import { PlacedGuest } from "../../test/lab/placed-guest";
import { prepareHypervisors, removeGuest } from "../../test/lab/support";
import { watchingBlackout } from "../blackout";
import type { LabContext, Part } from "../part";
import { type Sample, timed } from "../sample";

/** So that both go both ways equally often. */
const turns = ["ours", "raw", "raw", "ours"] as const;

interface Moved {
  ms: number;
  downtimeMs: number;
}

async function moveOurs(guest: PlacedGuest, to: "hv-a" | "hv-b"): Promise<Moved> {
  await guest.up(to);
  const { lastMigration: record, placement } = guest;
  return { ms: placement.updateMs, downtimeMs: record?.downtimeMs ?? Number.NaN };
}

async function moveRaw({ guest, placement }: PlacedGuest, { lab }: LabContext, way: Way): Promise<Moved> {
  const [from, to] = [lab.host(way.from), lab.host(way.to)];
  const { ms } = await timed(() => from.exec(migrateCommand(guest, to)));
  const { downtimeMs } = await lastMigration(to, guest.name);
  await placement.refresh();
  return { ms, downtimeMs };
}

type Way = ReturnType<PlacedGuest["nextMove"]>;

async function measure(of: "ours" | "raw", guest: PlacedGuest, context: LabContext): Promise<Sample[]> {
  const way = guest.nextMove();
  const move = () => (of === "ours" ? moveOurs(guest, way.to) : moveRaw(guest, context, way));
  const watched = await watchingBlackout(context.lab.host("nas"), serialLogPath(guest.guest), move);
  const { ms, downtimeMs } = watched.result;
  return [
    { what: "move", of, value: ms, unit: "ms" },
    { what: "downtime", of, value: downtimeMs, unit: "ms" },
    { what: "blackout", of, value: await watched.blackoutMs(), unit: "ms" },
  ];
}

export const move: Part = {
  needsLab: true,
  async run(context) {
    const { scale, report } = context;
    const guest = new PlacedGuest("bench-move", guests.full, { memoryMiB: 64 });
    await prepareHypervisors();
    await guest.furnish();
    try {
      await guest.up("hv-a");
      const samples: Sample[] = [];
      for (let number = 0; number < 2 * scale.moves; number++) {
        const of = turns[number % turns.length] ?? "ours";
        report(`${number + 1} of ${2 * scale.moves}, ${of}`);
        samples.push(...(await measure(of, guest, context)));
      }
      return samples;
    } finally {
      await removeGuest(guest.guest.name);
    }
  },
};
