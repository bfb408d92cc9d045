/** What a create of a placement with `adopt` takes over. */
import type { Adoption } from "../../lifecycle/adoption";
import { locateGuest } from "../../placement/migration/wait-until-settled";
import { allDescribed, type Found, foundOn } from "../../placement/observe/observation";
import type { Placement } from "../../placement/placement";
import { describeStep, type Step } from "../../placement/plan/steps";
import { printFinding, sortFindings } from "../../placement/preflight/finding";
import { planWithPreflight } from "../../placement/reconcile";
import type { Operation } from "../../util/operation";
import { adoptionsFound } from "../shared/claim";

/** Of what it is made of, beside what the steps tell; a phrase each. */
type DifferencesIn = (found: Found, steps: readonly Step[]) => Promise<string[]>;

export const guestAdoption = (
  operation: Operation,
  placement: Placement,
  differencesIn: DifferencesIn,
): Promise<Adoption[]> => adoptionsFound(operation, () => adoption(operation, placement, differencesIn));

async function adoption(operation: Operation, placement: Placement, differencesIn: DifferencesIn): Promise<Adoption[]> {
  const { name } = placement.domain;
  const { location, ...seen } = await locateGuest(placement, operation.signal);
  const there = foundOn(seen.observations);
  const [first] = there;
  if (first === undefined) return [];
  const found = { what: `${name}, ${allDescribed(there)}`, differences: [], notes: [], problems: [] };
  if (location.kind === "moving") return [{ ...found, problems: [`a migration of ${name} is under way`] }];
  if (location.kind === "unclear") return [{ ...found, problems: [location.reason] }];
  const { steps, findings, refusal } = await planWithPreflight(placement, { ...seen, location }, undefined, operation);
  const { errors, errorsForNow } = sortFindings(findings);
  const changes = steps.filter((step) => step.do !== "set owner");
  return [
    {
      ...found,
      notes: ["notes whose it is"],
      differences: [
        ...changes.map((step) => describeStep(step, name, placement.messages)),
        ...(await differencesIn(first, steps)),
      ],
      problems: [...(refusal === undefined ? [] : [refusal]), ...[...errors, ...errorsForNow].map(printFinding)],
    },
  ];
}
