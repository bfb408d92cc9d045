/** What a placement tells its user: what a change will do, and what was done. */
import { mib } from "../libvirt/migration/job";
import { isEncrypted } from "../libvirt/migration/options";
import type { MigrationRecord } from "../libvirt/migration/record";
import { whereabouts } from "../libvirt/placement/candidates";
import { plan } from "../libvirt/placement/placement";
import { describeStep } from "../libvirt/placement/steps";
import type { Context } from "../lifecycle/context";
import { refuse } from "../lifecycle/errors";
import type { PlacementState } from "./domain-placement.handlers";
import { type PlacementInputs, placementOf } from "./domain-placement.schema";

/**
 * For the preview, from what the hosts say now: of changed inputs, or without any of what is to be repaired.
 *
 * @throws Refused for what no repair of the hosts, and nothing else in the same run, will make possible
 */
export async function announce(
  context: Context,
  args: PlacementInputs,
  changed: readonly string[],
  known?: PlacementState,
): Promise<void> {
  const { name } = args.domain;
  if (changed.includes("onDelete") && args.onDelete === "keep") context.info(keepNotice(name));
  if (changed.length > 0 && !changed.some((key) => concerns.includes(key))) return;
  const placement = placementOf(args);
  const seen = await whereabouts(placement, context.signal);
  const { location } = seen;
  if (location.kind === "moving") {
    context.info(`A migration of ${name} is under way: \`pulumi up\` waits for its end.`);
    return;
  }
  if (location.kind === "unclear") {
    context.warn(`As things are now, this would be refused: ${location.reason}`);
    return;
  }
  const planned = await plan(placement, { ...seen, location }, known?.definitionDigest, context);
  refuse(planned.unsupported);
  for (const step of planned.steps) context.info(describeStep(step, name));
  if (planned.steps.some((step) => step.do === "migrate")) tellOfPlainData(context, args);
  for (const problem of planned.problems) context.warn(`As things are now, this would be refused: ${problem}`);
}

/** What changes something on the hosts. */
const concerns = ["host", "powerState", "domain", "autostart", "migration", "fenced"];

const keepNotice = (name: string) =>
  `onDelete is "keep": when this resource is deleted, ${name} stays running and defined where it is, and is only forgotten.`;

export function tellOfPlainData(context: Context, { domain, migration }: PlacementInputs): void {
  if (isEncrypted(migration)) return;
  context.warn(
    `The memory of ${domain.name} crosses the network unencrypted (migration.data is "${migration.data}", migration.uri "${migration.uri}"): whoever listens there reads it.`,
  );
}

export function summary(name: string, record: MigrationRecord): string {
  const { from, to, totalTimeMs, downtimeMs, bytes, encrypted } = record;
  const sent = `${mib(bytes)} sent${encrypted ? ", encrypted" : ""}`;
  return `${name} moved live from ${from} to ${to}: total time ${totalTimeMs} ms, downtime ${downtimeMs} ms, ${sent}.`;
}
