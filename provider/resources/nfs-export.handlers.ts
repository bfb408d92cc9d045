/** Provider side of `NfsExport`. */
import { z } from "zod";
import type { Context } from "../lifecycle/context";
import type { Definition, Observed } from "../lifecycle/definition";
import { refuse } from "../lifecycle/errors";
import { clientProblem } from "../nfs/export-client";
import { exportFile, exportName } from "../nfs/export-file";
import { exportOptionProblems } from "../nfs/export-options";
import {
  exportDrift,
  exportedNow,
  exportProblems,
  ownEntries,
  ownFile,
  type ServerView,
  without,
} from "../nfs/export-plan";
import type { ExportClient } from "../nfs/exports";
import { readMark } from "../nfs/mark";
import { losersOf, narrowed } from "../nfs/open-files";
import { lookAtServer, openFilesUnder, publish, unpublish } from "../nfs/server";
import { bracketed } from "../util/address";
import { hostAt } from "./reach";
import { connectionSecretKeys, namedConnection, plainPath, text } from "./schemas";

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
  server: namedConnection,
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

/** What was found on the server. */
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

export const nfsExport: Definition<typeof schema, NfsExportState> = {
  schema,
  // The address and the path, but not how the server is logged in to.
  replaceOn: ["source"],
  secrets: connectionSecretKeys,
  id: (args) => exportName(args.path),
  derived: { keys: ["source"], from: ({ server, path }) => ({ source: sourceOf(server.address, path) }) },
  observe,
  reconcile,
  remove,
};

const sourceOf = (address: string, path: string) => `${bracketed(address)}:${path}`;

async function observe({ signal }: Context, args: Args, known?: NfsExportState): Promise<NfsExportState | undefined> {
  return stateOf(await lookAtServer(hostAt(args.server), args, signal), args, known);
}

/** Ours is what our file says, and what the state remembers as long as any of it is there. */
function stateOf(view: ServerView, args: Args, known?: NfsExportState): NfsExportState | undefined {
  const exported = exportedNow(view, args.path);
  const file = ownFile(view, args.path);
  const ours = known === undefined ? readMark(file) !== undefined : file !== undefined;
  const wanted = exported.some(({ client }) => args.clients.some((entry) => entry.client === client));
  if (!ours && !(known !== undefined && wanted)) return undefined;
  const drift = exportDrift(view, args, args.server.name);
  return {
    file: exportFile(args.path),
    clients: args.clients,
    exported,
    createdDirectories: createdFor(view, args, known),
    ...(drift.length > 0 && { drift }),
  };
}

/** Remembered in the file itself, and in the state for when the file was lost. */
function createdFor(view: ServerView, { path }: Args, known?: NfsExportState): string[] {
  const inFile = readMark(ownFile(view, path))?.createdDirectories ?? [];
  return [...new Set([...inFile, ...(known?.createdDirectories ?? [])])];
}

async function reconcile(
  context: Context,
  args: Args,
  observed: NfsExportState | undefined,
  known?: NfsExportState,
): Promise<NfsExportState> {
  const host = hostAt(args.server);
  const view = await lookAtServer(host, args, context.signal);
  const before = exportedNow(view, args.path);
  const leaving = without(ownEntries(view, args.path, known?.clients ?? []), args.clients);
  const after = [...args.clients, ...without(without(before, args.clients), leaving)];
  refuse([
    ...exportProblems(view, args, known !== undefined || observed !== undefined, args.server.name),
    ...(await losses(args, before, after)),
  ]);
  for (const { client } of args.clients.filter(({ options }) => options.includes("async")))
    context.warn(
      `${args.path} is async for ${client}: a crash of ${args.server.name} corrupts what it had not written.`,
    );
  await publish(host, { view, wanted: args, leaving, created: createdFor(view, args, known) });
  const state = await observe(context, args, known);
  if (state === undefined) throw new Error(`${args.server.name}: ${args.path} was exported, and withdrawn at once.`);
  return state;
}

async function remove(context: Context, args: Args, known?: NfsExportState): Promise<void> {
  const host = hostAt(args.server);
  const view = await lookAtServer(host, args, context.signal);
  const before = exportedNow(view, args.path);
  const leaving = ownEntries(view, args.path, known?.clients ?? []);
  refuse(await losses(args, before, without(before, leaving)));
  await unpublish(host, { view, path: args.path, leaving, created: createdFor(view, args, known) });
  const { directories } = await lookAtServer(host, args);
  if (directories.has(args.path))
    context.info(`${args.server.name}: ${args.path} stays, with what is in it. It is not exported any more.`);
}

/** Who would lose open files, which guests see as a broken disk. */
async function losses(
  { server, path }: Args,
  before: readonly ExportClient[],
  after: readonly ExportClient[],
): Promise<string[]> {
  if (narrowed(before, after).length === 0) return [];
  const lost = losersOf(await openFilesUnder(hostAt(server), path), before, after);
  return lost.map(({ address, path: file }) => `${server.name}: ${address} has ${file} open. Close it there first.`);
}
