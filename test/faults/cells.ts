/** The matrix as data. */
import { type Cell, cellName, type Fault, moments } from "./fault";
import { certificateFaults } from "./faults/certificates";
import { daemonFaults } from "./faults/daemons";
import { definitionFaults } from "./faults/definitions";
import { destinationFaults } from "./faults/destination";
import { hostFaults } from "./faults/hosts";

export const faults: readonly Fault[] = [
  ...hostFaults,
  ...daemonFaults,
  ...definitionFaults,
  ...destinationFaults,
  ...certificateFaults,
];

export const cells: readonly Cell[] = faults.flatMap((fault) =>
  moments
    .filter((moment) => fault.at.includes(moment) && fault.leftOut?.[moment] === undefined)
    .map((moment) => ({ fault, moment })),
);

/** @throws RangeError when there is no such cell */
export function cell(fault: string, moment: string): Cell {
  const found = cells.find((one) => cellName(one) === `${fault}/${moment}`);
  if (!found) throw new RangeError(`There is no cell ${fault}/${moment}.`);
  return found;
}
