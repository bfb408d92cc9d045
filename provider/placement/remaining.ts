/** Pure: whether what is left to do is still what was planned. */
import { allDescribed, foundOn, type Observation } from "./observation";
import type { Plan } from "./plan";
import { labelOf, type Step } from "./steps";

/** Something else has acted on the domain while it was acted on here. */
class HostsChanged extends Error {
  constructor(name: string, seen: string, planned: readonly Step[], now: readonly Step[]) {
    const told = (steps: readonly Step[]) => (steps.length === 0 ? "nothing" : steps.map(labelOf).join(", "));
    super(
      `${name}: the hosts have changed since it was planned what to do. It is ${seen} now; left to do was ${told(planned)}, and would now be ${told(now)}. Nothing more was done: look at it, then run \`pulumi up\` again.`,
    );
    this.name = "HostsChanged";
  }
}

/**
 * @param planned what was left to do
 * @returns the steps as they are to be done now. Some may be done already, by whomever.
 * @throws HostsChanged when anything else would be done
 */
export function remaining(
  name: string,
  planned: readonly Step[],
  now: Extract<Plan, { kind: "steps" }>,
  observations: readonly Observation[],
): Step[] {
  let at = -1;
  const isNext = (step: Step) => {
    at = planned.findIndex((one, index) => index > at && labelOf(one) === labelOf(step));
    return at >= 0;
  };
  if (now.steps.every(isNext)) return now.steps;
  const found = foundOn(observations);
  throw new HostsChanged(name, found.length > 0 ? allDescribed(found) : "nowhere", planned, now.steps);
}
