/** Provider side of `PlacementPolicy`. */
import type { Definition, Observed } from "../../lifecycle/definition";
import { refuse } from "../../lifecycle/errors";
import type { Operation } from "../../util/operation";
import { connectionSecretKeys } from "../shared/inputs";
import { hostAt } from "../shared/ssh-host";
import { decidedFrom, decidedKeys, foundIn, isSameQuestion } from "./decision";
import { type FoundFleet, type PolicyInputs, policySchema } from "./inputs";
import { askAll, type PolicyHost, remainingOn, type Seen } from "./observe";

/** Outputs, beside the decision, which are inputs. */
export interface PlacementPolicyState extends Observed {
  found: FoundFleet;
  maintenanceComplete: Record<string, boolean>;
  remaining: Record<string, string[]>;
}

interface Model {
  args: PolicyInputs;
  hosts: readonly PolicyHost[];
}

export const placementPolicy: Definition<typeof policySchema, Model, Seen, PlacementPolicyState> = {
  schema: policySchema,
  replaceOn: [], // it is on no host
  secrets: connectionSecretKeys,
  id: () => "policy",
  model: (args) => ({
    args,
    hosts: Object.entries(args.hosts).map(([name, given]) => ({ name, host: hostAt(given) })),
  }),
  observe: async (operation, { hosts }) => {
    const answer = await askAll(operation, hosts);
    if ("seen" in answer) return answer.seen;
    throw new Error(answer.problems.map(({ reason }) => reason).join("\n"));
  },
  stateOf: ({ args }, seen) => {
    const remaining = args.maintenance.flatMap((name) => {
      const host = seen.get(name);
      return host ? [[name, remainingOn(args, host)] as const] : [];
    });
    return {
      found: foundIn(args, seen, args.placements),
      remaining: Object.fromEntries(remaining),
      maintenanceComplete: Object.fromEntries(remaining.map(([name, guests]) => [name, guests.length === 0])),
    };
  },
  reconcile: async ({ warn }, { args }, seen, known) => {
    refuse(args.placements === undefined ? ["Nothing has been decided yet. Run `pulumi up` again."] : []);
    if (known === undefined) for (const broken of args.brokenPreferences ?? []) warn(preferenceBroken(broken));
    return seen;
  },
  remove: async () => {},
  decided: { keys: decidedKeys, decide },
  inputsOf: (args, { found }) => {
    const outcome = decidedFrom(args, found, args);
    if ("decided" in outcome) return { ...args, ...outcome.decided };
    const { placements: _, ...undecided } = args; // the next check says why
    return { ...undecided, found };
  },
  announce,
};

const preferenceBroken = (broken: string) => `A preference is broken: ${broken}.`;

async function decide(operation: Operation, { args, hosts }: Model, before: PolicyInputs | undefined) {
  const isOld = before !== undefined && isSameQuestion(args, before);
  if (isOld && before.placements !== undefined)
    return { decided: Object.fromEntries(decidedKeys.map((key) => [key, before[key]])) };
  let found = isOld ? before.found : undefined;
  if (found === undefined) {
    const answer = await askAll(operation, hosts);
    if ("problems" in answer) return answer;
    found = foundIn(args, answer.seen, before?.placements);
  }
  const outcome = decidedFrom(args, found, before);
  if ("decided" in outcome && !outcome.isFewest)
    operation.info("It is not proven that fewer moves would not do: the search was given up.");
  return outcome;
}

async function announce(
  { info, warn }: Operation,
  { args }: Model,
  changed: readonly string[],
  known?: PlacementPolicyState & Partial<PolicyInputs>,
): Promise<void> {
  const { found, placements = {}, powerStates = {}, reasons = {}, brokenPreferences = [] } = args;
  for (const name of Object.keys(args.guests)) {
    const [was, is] = [found?.places[name], placements[name]];
    const isMoved = known?.placements?.[name] !== is;
    const power = known?.powerStates?.[name] !== powerStates[name] ? powerStates[name] : undefined;
    if (isMoved) info(`${name}: ${was === undefined || was === is ? "" : `${was} => `}${is}: ${reasons[name]}.`);
    else if (power !== undefined) info(`${name}: ${power}: ${reasons[name]}.`);
  }
  if (changed.includes("brokenPreferences")) for (const broken of brokenPreferences) warn(preferenceBroken(broken));
}
