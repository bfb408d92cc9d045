/** Provider side of `LibvirtTlsPki`. */
import { insecurities } from "../libvirt/daemon-settings";
import type { FailedHandshake } from "../libvirt/handshake";
import { isTransient } from "../libvirt/handshake-errors";
import type { Context } from "../lifecycle/context";
import type { Definition } from "../lifecycle/definition";
import { refuse } from "../lifecycle/errors";
import { Fresh } from "../lifecycle/fresh";
import {
  type Args,
  allHandshakes,
  authorityOf,
  differences,
  isLeft,
  isOurs,
  type Look,
  look,
  type Seen,
  settingsOf,
} from "./libvirt-tls-pki.look";
import { jobProblems, refuseUnlessPossible } from "./libvirt-tls-pki.refusals";
import { schema } from "./libvirt-tls-pki.schema";
import { daemonState, type PkiState } from "./libvirt-tls-pki.state";
import { bringInto, ensureAuthority, takeOut } from "./libvirt-tls-pki.steps";
import { connectionSecretKeys } from "./schemas";
import { departedHosts, together, verified } from "./several";

const fresh = new Fresh<Look>();

export const libvirtTlsPki: Definition<typeof schema, PkiState> = {
  schema,
  replaceOn: [],
  secrets: connectionSecretKeys,
  id: ({ authority }) => authority.address,
  observe: async (context, args, known) => (await observe(context, args, known)).state,
  reconcile,
  remove,
  inputsOf: (args, { hosts = args.hosts }) => ({ ...args, hosts }),
  objections: (olds, news) =>
    olds.authority.address === news.authority.address
      ? []
      : [
          {
            property: "authority",
            reason: `cannot change from ${olds.authority.address} to ${news.authority.address}, since its key never leaves it: make another LibvirtTlsPki and remove this one`,
          },
        ],
  announce: async (context, args) => warn(context, args),
};

/** Missing handshakes alone may pass; `failed` keeps them apart from what does not. */
async function observe(
  context: Context,
  args: Args,
  known?: PkiState,
): Promise<{ state: PkiState | undefined; failed: FailedHandshake[] }> {
  const { signal } = context;
  const departing = departedHosts(known?.hosts, args);
  const seen = fresh.keep(context, await look(args, departing, signal));
  const isThere = [seen.authority, ...seen.hosts, ...seen.departed].some((one) => isOurs(one));
  if (!isThere) return { state: undefined, failed: [] };
  const lines = differences(seen, args);
  const failures = await allHandshakes(seen, args, signal);
  const drift = [...lines, ...[...failures].flatMap(([name, failed]) => failed.map((one) => handshakeLine(name, one)))];
  const left = seen.departed
    .filter((one) => isLeft(one, args))
    .flatMap(({ name }) => (departing[name] ? [[name, departing[name]] as const] : []));
  const state: PkiState = {
    caFingerprint: authorityOf(seen)?.fingerprint256 ?? "",
    daemons: Object.fromEntries(seen.hosts.map((one) => [one.name, daemonState(one, args)])),
    hosts: { ...args.hosts, ...Object.fromEntries(left) },
    ...(drift.length > 0 && { drift }),
  };
  return { state, failed: lines.length > 0 ? [] : [...failures.values()].flat() };
}

async function reconcile(
  context: Context,
  args: Args,
  _observed: PkiState | undefined,
  known?: PkiState,
): Promise<PkiState> {
  const { signal } = context;
  const departing = departedHosts(known?.hosts, args);
  let seen = fresh.take(context) ?? (await look(args, departing, signal));
  await refuseUnlessPossible(seen, args, signal);
  warn(context, args);
  await syncDeparted(context, seen);
  if (seen.departed.length > 0) seen = await look(args, {}, signal); // the same machine may have come back by another address
  context.progress(`looking after the authority on ${seen.authority.name}`);
  const authority = await ensureAuthority(seen, args, signal);
  await together(seen.hosts, async (one) => {
    context.progress(`setting up ${one.name}`);
    await bringInto(one, seen.authority.host, authority, args, signal);
  });
  context.progress("trying every connection");
  return verified(() => observe(context, args, known), { isTransient, timeoutMs: 90_000, signal });
}

async function syncDeparted(context: Context, { departed, authority }: Look): Promise<void> {
  await together(departed, async (one) => {
    context.progress(`taking ${one.name} out`);
    const isAuthority = one.address === authority.address;
    tell(context, one, await takeOut(one, { isAuthority: false, staysAuthority: isAuthority }, context.signal));
  });
}

async function remove(context: Context, args: Args, known?: PkiState): Promise<void> {
  const seen = await look(args, departedHosts(known?.hosts, args), context.signal);
  const hypervisors = [...seen.hosts, ...seen.departed];
  const problems = await jobProblems(hypervisors.filter(isOurs), context.signal);
  refuse(problems);
  const all = [...new Set([...hypervisors, seen.authority])].filter(
    (one) => isOurs(one) && (!one.before || one.before.authority === args.authority.address),
  );
  await together(all, async (one) => {
    const isAuthority = one.address === args.authority.address;
    tell(context, one, await takeOut(one, { isAuthority, staysAuthority: false }, context.signal));
  });
}

function tell(context: Context, { name }: Seen, left: readonly string[]): void {
  if (left.length > 0) context.warn(`${name}: left alone, since nothing marks it as ours: ${left.join(", ")}`);
}

function warn(context: Context, args: Args): void {
  for (const line of insecurities(settingsOf(args))) context.warn(`Insecure: ${line}.`);
}

const handshakeLine = (name: string, { peer, uri, failure, said }: FailedHandshake) =>
  `${name}: no TLS connection to ${peer} (${uri}): ${failure}${said ? `: ${said.replace(/^error: /, "")}` : ""}`;
