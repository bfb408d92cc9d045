/** Provider side of `LibvirtTlsPki`: what it takes over. Certificates of others it does not: it makes its own in their place. */
import type { Adoption } from "../../lifecycle/adoption";
import { Refused } from "../../lifecycle/errors";
import { backupPath, baselinePath } from "../../pki/layout";
import type { Operation } from "../../util/operation";
import { foreignHere, isNewMember, observePkiHosts, type PkiHosts, type PkiInputs, pkiDifferences } from "./observe";
import { refuseUnlessPossible } from "./preflight";

export async function pkiAdoption(operation: Operation, args: PkiInputs): Promise<Adoption[]> {
  const seen = await observePkiHosts(args, {}, operation.signal);
  const replaced = foreignIn(seen, args);
  if (replaced.length === 0 && !allOf(seen).some(({ before }) => before)) return [];
  return [
    {
      what: `the PKI of ${allOf(seen)
        .map(({ name }) => name)
        .join(", ")}`,
      differences: [...pkiDifferences(seen, args), ...replaced],
      notes: [`notes in ${baselinePath} whose it is`],
      problems: await problemsOf(operation, seen, args),
    },
  ];
}

const allOf = ({ authority, hosts }: PkiHosts) => [...new Set([...(authority ? [authority] : []), ...hosts])];

const foreignIn = (seen: PkiHosts, args: PkiInputs): string[] =>
  allOf(seen)
    .filter(isNewMember)
    .flatMap((one) =>
      foreignHere(one, args).map(
        (path) => `${one.name}: ${path} gives way to one of ours, and stays as ${backupPath(path)}`,
      ),
    );

async function problemsOf(operation: Operation, seen: PkiHosts, args: PkiInputs): Promise<string[]> {
  try {
    await refuseUnlessPossible(seen, args, operation);
    return [];
  } catch (error) {
    if (error instanceof Refused) return [error.message];
    throw error;
  }
}
