/** Some cells of the fault matrix; `npm run test:faults` runs all of them. */
import { cell } from "../faults/cells";
import { tryCell } from "../faults/run-cells";
import { prepareHypervisors } from "./support";

beforeAll(() => prepareHypervisors());

test.each([
  ["QEMU killed on the destination", "early copy"],
  ["libvirtd killed on the source", "after switchover"],
  ["leftover definition with other content on the destination", "before prepare"],
])("%s, %s: one guest, reported as it is, and the next up converges", async (fault, moment) => {
  const { record } = await tryCell(cell(fault, moment));
  expect(record.problems).toEqual([]);
});
