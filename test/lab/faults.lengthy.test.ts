/** A cell of the fault matrix, in `npm run test:everything` some more; `npm run test:faults` runs all of them. */
import { cell } from "../faults/cells";
import { tryCell } from "../faults/run-cells";
import { everything, prepareHypervisors } from "./support";

beforeAll(() => prepareHypervisors());

const cells = [
  ["libvirtd killed on the source", "after switchover"],
  ["QEMU killed on the destination", "early copy"],
  ["leftover definition with other content on the destination", "before prepare"],
] as const;

test.each(everything ? cells : cells.slice(0, 1))(
  "%s, %s: one guest, reported as it is, and the next up converges",
  async (fault, moment) => {
    const { record } = await tryCell(cell(fault, moment));
    expect(record.problems).toEqual([]);
  },
);
