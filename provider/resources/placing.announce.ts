/** What a placement tells its user: what a change will do, and what was done. */
import type { Context } from "../lifecycle/context";
import { refuse } from "../lifecycle/errors";
import { whereabouts } from "../placement/candidates";
import { mib } from "../placement/migration/job";
import type { MigrationRecord } from "../placement/migration/record";
import { type Placement, plan } from "../placement/placement";
import { describeStep, type Step } from "../placement/steps";

/**
 * For the preview, from what the hosts say now: of changed inputs, or without any of what is to be repaired.
 *
 * @param plainData what is told of a move whose stream others can read
 * @returns what would be done
 * @throws Refused for what no repair of the hosts, and nothing else in the same run, will make possible
 */
export async function announceSteps(
  context: Context,
  placement: Placement,
  knownDigest: string | undefined,
  plainData: string | undefined,
): Promise<readonly Step[]> {
  const { domain, driver } = placement;
  const seen = await whereabouts(placement, context.signal);
  const { location } = seen;
  if (location.kind === "moving") {
    context.info(`A migration of ${domain.name} is under way: \`pulumi up\` waits for its end.`);
    return [];
  }
  if (location.kind === "unclear") {
    context.warn(`As things are now, this would be refused: ${location.reason}`);
    return [];
  }
  const planned = await plan(placement, { ...seen, location }, knownDigest, context);
  refuse(planned.unsupported);
  for (const step of planned.steps) context.info(describeStep(step, domain.name, driver.words));
  if (plainData !== undefined && planned.steps.some((step) => step.do === "migrate")) context.warn(plainData);
  for (const problem of planned.problems) context.warn(`As things are now, this would be refused: ${problem}`);
  return planned.steps;
}

export function summary(name: string, record: MigrationRecord): string {
  const { from, to, totalTimeMs, downtimeMs, bytes, encrypted } = record;
  const sent = `${mib(bytes)} sent${encrypted ? ", encrypted" : ""}`;
  return `${name} moved live from ${from} to ${to}: total time ${totalTimeMs} ms, downtime ${downtimeMs} ms, ${sent}.`;
}
