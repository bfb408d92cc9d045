/** Pure: whether what is left to do is still what was planned. */
import { allDescribed, foundOn, type Observation } from "./observation";
import { isSameStep, labelOf, type Step } from "./steps";

/** Something else has acted on the domain while it was acted on here. */
class HostsChanged extends Error {
  constructor(name: string, seen: string, planned: readonly Step[], now: readonly Step[]) {
    const labels = (steps: readonly Step[]) => (steps.length === 0 ? "nothing" : steps.map(labelOf).join(", "));
    super(
      `${name}: the hosts have changed since the plan was made. It is now ${seen}; the remaining steps were ${labels(planned)}, and would now be ${labels(now)}. Nothing more was done: look at it, then run \`pulumi up\` again.`,
    );
    this.name = "HostsChanged";
  }
}

/**
 * @param planned what was left to do
 * @param now what would be planned now
 * @returns the steps as they are to be done now; some may have been done already, by someone else
 * @throws HostsChanged when anything else would be done
 */
export function remaining(
  name: string,
  planned: readonly Step[],
  now: Step[],
  observations: readonly Observation[],
): Step[] {
  let next = 0;
  for (const step of now) {
    while (next < planned.length && !isSameStep(planned[next] as Step, step)) next += 1;
    if (next === planned.length) {
      const found = foundOn(observations);
      throw new HostsChanged(name, found.length > 0 ? allDescribed(found) : "nowhere", planned, now);
    }
    next += 1;
  }
  return now;
}
