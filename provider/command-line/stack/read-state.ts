/**
 * Pure: hosts and guests out of a stack's state, as `pulumi stack export` prints it. Secrets are never decrypted: what is
 * encrypted there is left out, and ssh's own keys and agents are used instead.
 *
 * @see https://www.pulumi.com/docs/iac/cli/commands/pulumi_stack_export/
 */
import type { ConnectionArgs } from "../../host/connection-args";
import { nameIn, ownTypeOf } from "../../lifecycle/urns";
import { isWrapped } from "../../lifecycle/wrapped-values";
import type { MigrationRecord } from "../../placement/migration/record";
import { memoryMiBOf } from "../../resources/placement-policy/inputs";
import { connection } from "../../resources/shared/inputs";
import { UsageError } from "../exit-codes";

export interface PlacedGuest {
  uuid: string;
  name: string;
  /** Where the state has it. */
  host?: string;
  /** In virsh's words, as the state has it. */
  state: string;
  /** Of its definition; 0 where that does not say. */
  memoryMiB: number;
  /** Newest first. */
  history: readonly MigrationRecord[];
}

export interface StackState {
  /** Its stack; empty without resources. */
  stack: string;
  hosts: { name: string; connection: ConnectionArgs; memoryMiB?: number }[];
  /** Hosts that the state does not say how to reach, and why. */
  unreadable: { name: string; problem: string }[];
  guests: PlacedGuest[];
}

interface Resource {
  urn: string;
  /** Undefined for what is not ours. */
  kind: string | undefined;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** @throws UsageError for anything that is no state */
export function readState(text: string): StackState {
  const resources = resourcesIn(text);
  const of = (kind: string) => resources.filter((one) => one.kind === kind);
  const guests = [...of("DomainPlacement"), ...of("QemuGuest")];
  const candidates = new Map(guests.flatMap(({ inputs }) => Object.entries(plainObject(inputs.candidates))));
  const resourcesOfHosts = of("Host").map(({ urn, inputs, outputs }) => ({ name: nameIn(urn), inputs, outputs }));
  const read = [...resourcesOfHosts, ...onlyNamed(candidates, resourcesOfHosts)].flatMap(
    ({ name, inputs, outputs }) => {
      const { memoryMiB } = outputs;
      const isHypervisor = candidates.has(name) || (outputs.libvirtDaemon ?? "") !== "";
      return isHypervisor
        ? [{ name, ...(typeof memoryMiB === "number" && { memoryMiB }), ...connectionIn(inputs) }]
        : [];
    },
  );
  return {
    stack: /^urn:pulumi:(.*?)::/.exec(resources[0]?.urn ?? "")?.[1] ?? "",
    hosts: read.flatMap(({ problem: _, connection: found, ...rest }) =>
      found ? [{ ...rest, connection: found }] : [],
    ),
    unreadable: read.flatMap(({ name, problem }) => (problem === undefined ? [] : [{ name, problem }])),
    guests: guests.flatMap(placedGuest),
  };
}

interface HostInState {
  name: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** Hosts that guests may run on and that are no resource of the stack: a program can name them as ssh does. */
function onlyNamed(candidates: ReadonlyMap<string, unknown>, hosts: readonly HostInState[]): HostInState[] {
  const place = ({ address, port = 22 }: Record<string, unknown>) => JSON.stringify([address, port]);
  const known = new Set(hosts.flatMap(({ name, inputs }) => [name, place(inputs)]));
  return [...candidates]
    .map(([name, inputs]) => ({ name, inputs: plainObject(inputs), outputs: {} }))
    .filter(({ name, inputs }) => !known.has(name) && !known.has(place(inputs)));
}

function resourcesIn(text: string): Resource[] {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch {
    throw new UsageError("This is no state of a stack: it is no JSON. `pulumi stack export` prints one.");
  }
  const { resources } = plainObject(plainObject(state).deployment);
  if (!Array.isArray(resources))
    throw new UsageError(
      "This is no state of a stack: it has no deployment with resources. `pulumi stack export` prints one.",
    );
  return resources.map((one) => {
    const { urn, type, inputs, outputs } = plainObject(one);
    return {
      urn: String(urn),
      kind: ownTypeOf(String(type)),
      inputs: plainObject(inputs),
      outputs: plainObject(outputs),
    };
  });
}

/** Empty for a secret, and for everything that is no object. */
const plainObject = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isWrapped(value)
    ? (value as Record<string, unknown>)
    : {};

/** What only lets in may be left out, since ssh has other keys; whatever says where to go may not. */
const keys: readonly string[] = ["privateKey", "passphrase"];

function connectionIn(inputs: Record<string, unknown>): { connection?: ConnectionArgs; problem?: string } {
  const secret = Object.keys(connection.shape).find((key) => isWrapped(inputs[key]) && !keys.includes(key));
  if (secret !== undefined)
    return {
      problem: `Its ${secret} is a secret in the state, which is not decrypted. Name the host on the command line.`,
    };
  const { success, data } = connection.safeParse(withoutKeys(inputs));
  return success
    ? { connection: data as ConnectionArgs }
    : { problem: "The state does not say how to reach it. Name the host on the command line." };
}

function withoutKeys(inputs: Record<string, unknown>): Record<string, unknown> {
  const own = Object.entries(inputs).filter(
    ([key, value]) => Object.hasOwn(connection.shape, key) && value != null && !keys.includes(key),
  );
  return Object.fromEntries(
    own.map(([key, value]) => [
      key,
      key === "proxyJump" && !isWrapped(value) ? withoutKeys(plainObject(value)) : value,
    ]),
  );
}

function placedGuest({ outputs }: Resource): PlacedGuest[] {
  const { uuid, name, host, state, migrationHistory } = outputs;
  if (typeof uuid !== "string" || typeof name !== "string") return [];
  const history = Array.isArray(migrationHistory) ? (migrationHistory as MigrationRecord[]) : [];
  const memoryMiB = memoryMiBOf(String(plainObject(outputs.domain).definition ?? "")) || Number(outputs.memoryMiB ?? 0);
  return [{ uuid, name, ...(typeof host === "string" && { host }), state: String(state ?? ""), memoryMiB, history }];
}
