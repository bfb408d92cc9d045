/** Provider side of `LibvirtTlsRequests`. */
import { z } from "zod";
import type { RemoteHost } from "../../host/host";
import type { Definition, Observed } from "../../lifecycle/definition";
import { refuse } from "../../lifecycle/errors";
import { requestsNotePath } from "../../pki/layout";
import {
  dueKeys,
  makeRequestKeys,
  observeRequests,
  printNote,
  type RequestFacts,
  type Requests,
  removeRequestKeys,
  requestsIn,
} from "../../pki/requests";
import type { Operation } from "../../util/operation";
import type { Owner } from "../../util/owner";
import { adoptionsFound, claimFound, claimProblems, type Noted, othersOf, ownersDrift } from "../shared/claim";
import { libvirtDaemon, lockedHosts, withPartLocked } from "../shared/host-locks";
import { connectionSecretKeys, connections, flag, hasDistinctAddresses } from "../shared/inputs";
import { keptHosts, removedHosts, together } from "../shared/many-hosts";
import { hostAt } from "../shared/ssh-host";
import { organization } from "../shared/tls-inputs";

const schema = z.strictObject({
  hosts: connections
    .refine((hosts) => Object.keys(hosts).length > 0, "must have a Host")
    .refine(hasDistinctAddresses, "must not name an address twice"),
  organization,
  generation: z.int("must be a whole number").min(1, "must be 1 at least").max(100_000).default(1),
  adopt: flag.default(false),
});

type Args = z.infer<typeof schema>;
type Model = Args & { owner: Owner | undefined };

export interface RequestsState extends Observed {
  /** In PEM, by the hosts' names. */
  requests: Record<string, Requests>;
  /** Every host on which anything of ours is; also one that has left the inputs, until it is clean. */
  hosts: Args["hosts"];
}

interface Seen {
  name: string;
  host: RemoteHost;
  facts: RequestFacts;
  isMember: boolean;
}

export const libvirtTlsRequests: Definition<typeof schema, Model, Seen[], RequestsState> = {
  schema,
  replaceOn: [],
  secrets: connectionSecretKeys,
  id: () => "requests",
  model: (args, { owner }) => ({ ...args, owner }),
  observe,
  stateOf,
  reconcile,
  remove,
  exclusively: (operation, args, work) =>
    withPartLocked(operation, libvirtDaemon, lockedHosts(args.hosts), () => work(operation)),
  inputsOf: (args, { hosts = args.hosts }) => ({ ...args, hosts }),
  things: ({ hosts }) =>
    Object.values(hosts).map(({ address }) => ({
      property: "hosts",
      thing: `the keys of certificate requests on ${address}`,
    })),
  claim: (operation, args) =>
    claimFound(operation, { property: "hosts", adopt: args.adopt }, async () =>
      (await observe(operation, args)).flatMap(noted),
    ),
  adoption: (operation, args) =>
    adoptionsFound(operation, async () =>
      (await observe(operation, args)).filter(hasKeys).map(({ name, facts }) => ({
        what: `the keys of certificate requests on ${name}`,
        differences: dueKeys(facts, args.generation).map(({ problem }) => `${name}: ${problem}`),
        notes: [`notes in ${requestsNotePath} whose they are`],
        problems: [],
      })),
    ),
};

const isMember = ({ isMember: is }: Seen) => is;
const hasKeys = ({ facts: { note, keys } }: Seen) => note !== undefined || keys.size > 0;
const noted = ({ name, facts: { note } }: Seen): Noted[] =>
  note ? [{ what: `the keys of certificate requests on ${name}`, owner: note.owner }] : [];

function observe({ signal }: Operation, args: Args, known?: RequestsState): Promise<Seen[]> {
  const look =
    ([name, connection]: [string, Args["hosts"][string]], member: boolean) =>
    async () => {
      const host = hostAt(connection);
      const { organization: ofAll } = args;
      const facts = await observeRequests(host, { organization: ofAll, address: connection.address }, signal);
      return { name, host, facts, isMember: member };
    };
  const left = removedHosts(known?.hosts, args);
  const all = [
    ...Object.entries(args.hosts).map((one) => look(one, true)),
    ...Object.entries(left).map((one) => look(one, false)),
  ];
  return together(all, (work) => work());
}

function stateOf(args: Model, seen: Seen[], known?: RequestsState): RequestsState | undefined {
  if (!seen.some(hasKeys)) return undefined;
  const [members, left] = [seen.filter(isMember), seen.filter((one) => !isMember(one) && hasKeys(one))];
  const drift = [
    ...members.flatMap(({ name, facts }) =>
      dueKeys(facts, args.generation).map(({ problem }) => `${name}: ${problem}`),
    ),
    ...ownersDrift(args, members.flatMap(noted)),
    ...left.map(({ name }) => `${name}: is no longer one of the hosts`),
  ];
  return {
    requests: Object.fromEntries(members.map(({ name, facts }) => [name, requestsIn(facts)])),
    hosts: { ...args.hosts, ...keptHosts(removedHosts(known?.hosts, args), left) },
    ...(drift.length > 0 && { drift }),
  };
}

async function reconcile(operation: Operation, args: Model, seen: Seen[], known?: RequestsState): Promise<Seen[]> {
  const members = seen.filter(isMember);
  refuse(claimProblems(operation, members.flatMap(noted), args.adopt));
  await takeOut(
    operation,
    seen.filter((one) => !isMember(one)),
  );
  await together(members, async ({ name, host, facts }) => {
    const note = { generation: args.generation, owner: operation.owner ?? facts.note?.owner };
    const isNoted = facts.note !== undefined && printNote(facts.note) === printNote(note);
    if (isNoted && dueKeys(facts, args.generation).length === 0) return;
    operation.progress(`making keys on ${name}`);
    await makeRequestKeys(host, facts, note);
  });
  return observe(operation, args, known);
}

async function remove(operation: Operation, args: Args, known?: RequestsState): Promise<void> {
  await takeOut(operation, await observe(operation, args, known));
}

async function takeOut(operation: Operation, seen: readonly Seen[]): Promise<void> {
  const lines = (one: Seen) => othersOf(noted(one), operation.owner);
  for (const line of seen.flatMap(lines)) operation.info(line);
  await together(
    seen.filter((one) => hasKeys(one) && lines(one).length === 0),
    ({ host }) => removeRequestKeys(host),
  );
}
