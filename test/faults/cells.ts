/** The matrix as data. */
import { defaultHosts } from "../../lab/hosts";
import { type Cell, cellName, type Fault, moments } from "./fault";
import { certificateFaults } from "./faults/certificates";
import { daemonFaults } from "./faults/daemons";
import { definitionFaults } from "./faults/definitions";
import { destinationFaults } from "./faults/destination";
import { hostFaults } from "./faults/hosts";
import { modularFaults } from "./faults/modular";

export const faults: readonly Fault[] = [
  ...hostFaults,
  ...daemonFaults,
  ...definitionFaults,
  ...destinationFaults,
  ...certificateFaults,
  ...modularFaults,
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

/** Names of the hosts that these cells need beside those that every lab has. */
export const moreHosts = (some: readonly Cell[]): string[] =>
  [...new Set(some.flatMap(({ fault: { hosts } }) => (hosts ? [hosts.source, hosts.destination] : [])))].filter(
    (name) => !defaultHosts.includes(name),
  );
