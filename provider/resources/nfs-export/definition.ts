/** Provider side of `NfsExport`. */
import { z } from "zod";
import { continuedMark, type FileMark, readMark } from "../../host/file-mark";
import type { RemoteHost } from "../../host/host";
import type { Adoption } from "../../lifecycle/adoption";
import type { Definition, Observed } from "../../lifecycle/definition";
import { refuse } from "../../lifecycle/errors";
import { clientProblem } from "../../nfs/export-client";
import { exportFile, exportFileText, exportName } from "../../nfs/export-file";
import { exportOptionProblems } from "../../nfs/export-options";
import {
  adoptionDifferences,
  exportDrift,
  exportedNow,
  exportProblems,
  isAnyThere,
  ownEntries,
  ownFile,
  type ServerFacts,
  without,
} from "../../nfs/export-view";
import type { ExportClient } from "../../nfs/exports";
import { clientsLosingFiles, restrictedClients } from "../../nfs/open-files";
import { observeServer, openFilesUnder, publish, unpublish } from "../../nfs/server";
import { bracketed } from "../../util/address";
import type { Operation } from "../../util/operation";
import type { Owner } from "../../util/owner";
import { adoptionsFound, claimFound, claimProblems, type Noted, othersOf, ownersDrift } from "../shared/claim";
import { lockedHosts, nfsExports, withPartLocked } from "../shared/host-locks";
import { connectionSecretKeys, namedConnectionInput, plainPath, text } from "../shared/inputs";
import { hostAt } from "../shared/ssh-host";

const account = (what: string) =>
  text(what)
    .regex(/^([a-z_][a-z0-9_.-]*\$?|\d{1,10})$/i, "must be a name or a number")
    .max(64, "must be shorter");

const exportClient = z.strictObject({
  client: z.string("must be text: a client of exports(5)").superRefine((client, context) => {
    const problem = clientProblem(client);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  }),
  options: z
    .array(z.string("must be text: an option of exports(5)"), "must be a list of options of exports(5)")
    .superRefine((options, context) => {
      for (const problem of exportOptionProblems(options)) context.addIssue({ code: "custom", message: problem });
    }),
});

const schema = z.strictObject({
  server: namedConnectionInput,
  path: plainPath("the directory to export"),
  clients: z
    .array(exportClient, "must be a list of clients")
    .min(1, "must have a client")
    .superRefine((clients, context) => {
      const names = clients.map(({ client }) => client.toLowerCase());
      for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index)))
        context.addIssue({ code: "custom", message: `has ${name} twice` });
    }),
  mode: z
    .string("must be text")
    .regex(/^[0-7]{3,4}$/, 'must be octal digits, e.g. "0755"')
    .optional(),
  owner: account("the owner of the directory").optional(),
  group: account("the group of the directory").optional(),
  adopt: z.boolean("must be true or false").optional(),
  source: z.string().optional(),
});

type Args = z.infer<typeof schema>;

/** Outputs: what was found on the server. */
export interface NfsExportState extends Observed {
  /** The file that holds the export. */
  file: string;
  /** Those that were last asked for: ours, also when the file was lost. */
  clients: ExportClient[];
  /** The clients that the kernel has for the path, with all their options, as `exportfs -s` shows them. */
  exported: ExportClient[];
  /** Directories that were made for it, and are removed with it when empty. */
  createdDirectories: string[];
}

interface Model {
  args: Args;
  server: RemoteHost;
  owner: Owner | undefined;
}

export const nfsExport: Definition<typeof schema, Model, ServerFacts, NfsExportState> = {
  schema,
  // The address and the path, but not how the server is logged in to.
  replaceOn: ["source"],
  secrets: connectionSecretKeys,
  id: (args) => exportName(args.path),
  derived: { keys: ["source"], from: ({ server, path }) => ({ source: sourceOf(server.address, path) }) },
  model: (args, { owner, onlyLooks }) => ({ args, server: hostAt(args.server, onlyLooks), owner }),
  things: ({ server: { address }, path }) => [{ property: "path", thing: `the export ${sourceOf(address, path)}` }],
  claim: (operation, { args, server }) =>
    claimFound(operation, { property: "path", adopt: args.adopt }, async () =>
      noted(await observeServer(server, args, operation.signal), args),
    ),
  adoption: (operation, model) => adoptionsFound(operation, () => adoption(operation, model)),
  observe: ({ signal }, { args, server }) => observeServer(server, args, signal),
  stateOf,
  reconcile,
  remove,
  exclusively: (operation, { args }, work) =>
    withPartLocked(operation, nfsExports, lockedHosts({ [args.server.name]: args.server }), () => work(operation)),
};

const sourceOf = (address: string, path: string) => `${bracketed(address)}:${path}`;

function noted(facts: ServerFacts, { path, server: { name } }: Args): Noted[] {
  const mark = readMark(ownFile(facts, path));
  return mark ? [{ what: `the export of ${path} on ${name}`, owner: mark.owner }] : [];
}

async function adoption({ signal }: Operation, model: Model): Promise<Adoption[]> {
  const { args, server } = model;
  const facts = await observeServer(server, args, signal);
  if (!isAnyThere(facts, args)) return [];
  const { path, clients } = args;
  const text = exportFileText(path, clients, markOf(facts, model));
  return [
    {
      what: `the export of ${path} on ${args.server.name}`,
      differences: adoptionDifferences(facts, args, args.server.name),
      notes: ownFile(facts, path) === text ? [] : [`writes ${exportFile(path)}`],
      problems: exportProblems(facts, args, false, args.server.name),
    },
  ];
}

/** Ours is what our file says, and what the state remembers as long as any of it is there. */
function stateOf(model: Model, facts: ServerFacts, known?: NfsExportState): NfsExportState | undefined {
  const { args } = model;
  const exported = exportedNow(facts, args.path);
  const file = ownFile(facts, args.path);
  const ours = known === undefined ? readMark(file) !== undefined : file !== undefined;
  const wanted = exported.some(({ client }) => args.clients.some((entry) => entry.client === client));
  if (!ours && !(known !== undefined && wanted)) return undefined;
  const drift = [...exportDrift(facts, args, args.server.name), ...ownersDrift(model, noted(facts, args))];
  return {
    file: exportFile(args.path),
    clients: args.clients,
    exported,
    createdDirectories: [...markOf(facts, model, known).createdDirectories],
    ...(drift.length > 0 && { drift }),
  };
}

/** Remembered in the file itself, and in the state for when the file was lost. */
const markOf = (facts: ServerFacts, { args, owner }: Model, known?: NfsExportState): FileMark =>
  continuedMark(ownFile(facts, args.path), known?.createdDirectories, owner);

async function reconcile(
  operation: Operation,
  model: Model,
  facts: ServerFacts,
  known?: NfsExportState,
): Promise<ServerFacts> {
  const { args, server } = model;
  const before = exportedNow(facts, args.path);
  const leaving = without(ownEntries(facts, args.path, known?.clients ?? []), args.clients);
  const after = [...args.clients, ...without(without(before, args.clients), leaving)];
  const isOurs = known !== undefined || stateOf(model, facts, known) !== undefined;
  refuse([
    ...claimProblems(operation, noted(facts, args), args.adopt),
    ...exportProblems(facts, args, isOurs, args.server.name),
    ...(await losses(model, before, after)),
  ]);
  for (const { client } of args.clients.filter(({ options }) => options.includes("async")))
    operation.warn(
      `${args.path} is async for ${client}: a crash of ${args.server.name} corrupts what it had not written.`,
    );
  for (const { client } of args.clients.filter(isOpenToRoot))
    operation.warn(
      `${args.path} is open to ${client === "*" ? "everybody" : client} with no_root_squash: whoever is root on any machine that reaches ${args.server.name} from there can read and change all of it. Name the hypervisors, or a network of theirs alone.`,
    );
  await publish(server, {
    facts,
    wanted: args,
    leaving,
    mark: markOf(facts, model, known),
  });
  return observeServer(server, args, operation.signal);
}

/** Hosts of a pattern are whoever has, or takes, such a name or address. */
const isOpenToRoot = ({ client, options }: ExportClient): boolean =>
  /[*?]/.test(client) && options.includes("no_root_squash");

async function remove({ signal, info, owner }: Operation, model: Model, known?: NfsExportState): Promise<void> {
  const { args, server } = model;
  const facts = await observeServer(server, args, signal);
  const others = othersOf(noted(facts, args), owner);
  if (others.length > 0) return others.forEach(info);
  const before = exportedNow(facts, args.path);
  const leaving = ownEntries(facts, args.path, known?.clients ?? []);
  refuse(await losses(model, before, without(before, leaving)));
  await unpublish(server, { facts, path: args.path, leaving, created: markOf(facts, model, known).createdDirectories });
  const { directories } = await observeServer(server, args);
  if (directories.has(args.path))
    info(`${args.server.name}: ${args.path} is no longer exported. The directory and its content stay.`);
}

/** Who would lose open files, which guests see as a broken disk. */
async function losses(
  {
    args: {
      server: { name },
      path,
    },
    server,
  }: Model,
  before: readonly ExportClient[],
  after: readonly ExportClient[],
): Promise<string[]> {
  if (restrictedClients(before, after).length === 0) return [];
  const lost = clientsLosingFiles(await openFilesUnder(server, path), before, after);
  return lost.map(({ address, path: file }) => `${name}: ${address} has ${file} open. Close it there first.`);
}
