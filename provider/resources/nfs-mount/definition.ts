/** Provider side of `NfsMount`. */
import { z } from "zod";
import { continuedMark, type FileMark, readMark } from "../../host/file-mark";
import type { RemoteHost } from "../../host/host";
import { guestsUsing } from "../../libvirt/guests-using";
import type { Adoption } from "../../lifecycle/adoption";
import type { Definition, Observed } from "../../lifecycle/definition";
import { refuse } from "../../lifecycle/errors";
import { applyMount, observeMount, removeMount, tryMount, usersOfMount } from "../../nfs/mount";
import { defaultMountOptions, mountOptionProblems } from "../../nfs/mount-options";
import {
  adoptionDifferences,
  isAnyThere,
  type MountFacts,
  mountDrift,
  mountProblems,
  mountSteps,
  topMount,
} from "../../nfs/mount-plan";
import { sourceProblem } from "../../nfs/mount-source";
import { parseMountUnit, unitFile, unitName } from "../../nfs/mount-unit";
import { sameSource } from "../../nfs/mountinfo";
import { bracketed } from "../../util/address";
import type { Operation } from "../../util/operation";
import type { Owner } from "../../util/owner";
import { adoptionsFound, claimFound, claimProblems, type Noted, othersOf, ownersDrift } from "../shared/claim";
import { connectionSecretKeys, namedConnectionInput, plainPath } from "../shared/inputs";
import { hostAt } from "../shared/ssh-host";

const longestUnitName = 200;

const schema = z.strictObject({
  host: namedConnectionInput,
  source: z.string("must be text: SERVER:/path").superRefine((source, context) => {
    const problem = sourceProblem(source);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  }),
  path: plainPath("the mount point").refine(
    (path) => unitName(path).length <= longestUnitName,
    `must be shorter: the name of its systemd unit would have more than ${longestUnitName} characters`,
  ),
  options: z
    .array(z.string("must be text: an option of nfs(5)"), "must be a list of options of nfs(5)")
    .superRefine((options, context) => {
      for (const problem of mountOptionProblems(options)) context.addIssue({ code: "custom", message: problem });
    })
    .default([...defaultMountOptions]),
  adopt: z.boolean("must be true or false").optional(),
  location: z.string().optional(),
});

type Args = z.infer<typeof schema>;

/** Outputs: what was found on the host. */
export interface NfsMountState extends Observed {
  /** systemd's name for it. */
  unit: string;
  /** Source of the mount, `SERVER:/path`; empty when nothing is mounted. */
  mountedSource: string;
  /** Its options as the kernel has them. */
  effectiveOptions: string[];
  /** Directories that were made for it, and are removed with it when empty. */
  createdDirectories: string[];
}

interface Model {
  args: Args;
  host: RemoteHost;
  owner: Owner | undefined;
}

export const nfsMount: Definition<typeof schema, Model, MountFacts, NfsMountState> = {
  schema,
  // The host's address and the path, but not how the host is logged in to.
  replaceOn: ["location"],
  secrets: connectionSecretKeys,
  id: (args) => unitName(args.path),
  derived: { keys: ["location"], from: ({ host, path }) => ({ location: locationOf(host.address, path) }) },
  model: (args, { owner, onlyLooks }) => ({ args, host: hostAt(args.host, onlyLooks), owner }),
  things: ({ host: { address }, path }) => [{ property: "path", thing: `the mount ${locationOf(address, path)}` }],
  claim: (operation, { args, host }) =>
    claimFound(operation, { property: "path", adopt: args.adopt }, async () =>
      noted(await observeMount(host, args.path, operation.signal), args),
    ),
  adoption: (operation, model) => adoptionsFound(operation, () => adoption(operation, model)),
  observe: ({ signal }, { args, host }) => observeMount(host, args.path, signal),
  stateOf,
  reconcile,
  remove,
};

const locationOf = (address: string, path: string) => `${bracketed(address)}:${path}`;

function noted(facts: MountFacts, { path, host: { name } }: Args): Noted[] {
  const mark = readMark(facts.unit);
  return mark ? [{ what: `the mount at ${path} on ${name}`, owner: mark.owner }] : [];
}

async function adoption({ signal, owner }: Operation, model: Model): Promise<Adoption[]> {
  const { args, host } = model;
  const facts = await observeMount(host, args.path, signal);
  if (!isAnyThere(facts)) return [];
  const steps = mountSteps(facts, args, owner);
  const { name } = args.host;
  return [
    {
      what: `the mount at ${args.path} on ${name}`,
      differences: adoptionDifferences(facts, args, steps, name),
      notes: [
        ...(steps.write ? [`writes ${unitFile(args.path)}`] : []),
        ...(steps.enable ? ["enables it"] : []),
        ...(facts.fstab.length > 0 ? ["leaves the entry of /etc/fstab, which has no effect meanwhile"] : []),
      ],
      problems: [...mountProblems(facts, args, false, name), ...(steps.unmount ? await uses(model) : [])],
    },
  ];
}

/** Ours is what our unit says, and what the state remembers as long as any of it is there. */
function stateOf(model: Model, facts: MountFacts, known?: NfsMountState): NfsMountState | undefined {
  const { args } = model;
  const ours = readMark(facts.unit) !== undefined;
  const something = facts.unit !== undefined || topMount(facts) !== undefined;
  if (!ours && !(known !== undefined && something)) return undefined;
  const drift = [...mountDrift(facts, args, args.host.name), ...ownersDrift(model, noted(facts, args))];
  return {
    unit: unitName(args.path),
    mountedSource: topMount(facts)?.source ?? "",
    effectiveOptions: topMount(facts)?.options ?? [],
    createdDirectories: [...markOf(facts, model, known).createdDirectories],
    ...(drift.length > 0 && { drift }),
  };
}

/** Remembered in the unit itself, and in the state for when the unit was lost. */
const markOf = (facts: MountFacts, { owner }: Model, known?: NfsMountState): FileMark =>
  continuedMark(facts.unit, known?.createdDirectories, owner);

async function reconcile(
  operation: Operation,
  model: Model,
  facts: MountFacts,
  known?: NfsMountState,
): Promise<MountFacts> {
  const { args, host, owner } = model;
  const steps = mountSteps(facts, args, owner);
  const isOurs = known !== undefined || stateOf(model, facts, known) !== undefined;
  refuse([
    ...claimProblems(operation, noted(facts, args), args.adopt),
    ...mountProblems(facts, args, isOurs, args.host.name),
    ...(steps.unmount ? await uses(model) : []),
    ...(steps.mount ? await trial(model) : []),
  ]);
  if (facts.fstab.length > 0)
    operation.warn(
      `${args.host.name}: the entry of /etc/fstab for ${args.path} has no effect while this resource exists.`,
    );
  if (steps.unmount || steps.write || steps.enable || steps.mount)
    await applyMount(host, args, { facts, steps, mark: markOf(facts, model, known) });
  return observeMount(host, args.path, operation.signal);
}

async function remove({ signal, info, warn, owner }: Operation, model: Model, known?: NfsMountState): Promise<void> {
  const { args, host } = model;
  const facts = await observeMount(host, args.path, signal);
  const others = othersOf(noted(facts, args), owner);
  if (others.length > 0) return others.forEach(info);
  if (facts.unit !== undefined && readMark(facts.unit) === undefined)
    return warn(`${args.host.name}: ${unitFile(args.path)} has been replaced by someone else, so it stays.`);
  if (topMount(facts) !== undefined) refuse([...foreignMount(facts, args), ...(await uses(model))]);
  await removeMount(host, args.path, facts, markOf(facts, model, known).createdDirectories);
}

/** A change that failed half-way leaves the old source mounted: the unit tells. */
function foreignMount(facts: MountFacts, { host, path, source }: Args): string[] {
  const mounted = topMount(facts)?.source ?? "";
  const ours = [source, parseMountUnit(facts.unit ?? "").source];
  if (ours.some((own) => sameSource(own, mounted))) return [];
  return [`${host.name}: ${mounted} is mounted at ${path} instead of ${source}. Unmount it, if nobody needs it.`];
}

/** Who needs the mount as it is. */
async function uses({
  host,
  args: {
    host: { name },
    path,
  },
}: Model): Promise<string[]> {
  const guests = await guestsUsing(host, path);
  const { processes, mounts } = await usersOfMount(host, path);
  const others = processes.filter(({ command }) => guests.length === 0 || !/\bqemu\S* /.test(command));
  return [
    ...guests.map((guest) => `${name}: the guest ${guest} uses ${path}. Move it to another host, or shut it down.`),
    ...others.map(({ pid, command }) => `${name}: process ${pid} (${command.slice(0, 80)}) uses ${path}. End it.`),
    ...mounts.map((mount) => `${name}: ${mount} is mounted below ${path}. Unmount it.`),
  ];
}

async function trial({ host, args }: Model): Promise<string[]> {
  const failed = await tryMount(host, args);
  return failed === undefined ? [] : [failed.message];
}
