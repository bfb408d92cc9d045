/** Asks all hosts of a policy for their guests; which of those are still on a host in maintenance. */
import { HostUnreachable } from "../../host/errors";
import type { RemoteHost } from "../../host/host";
import { guestsOn, type HostGuests } from "../../libvirt/guests-on";
import { isActive } from "../../placement/observe/observation";
import type { Operation } from "../../util/operation";
import { anySignal } from "../../util/signals";
import type { PolicyInputs } from "./inputs";

export interface PolicyHost {
  name: string;
  host: RemoteHost;
}

/** By the names of the hosts. */
export type Seen = ReadonlyMap<string, HostGuests>;

/** @returns what all hosts have said, or why some have not */
export async function askAll(
  { cancelled, signal }: Operation,
  hosts: readonly PolicyHost[],
): Promise<{ seen: Seen } | { problems: { property: string; reason: string }[] }> {
  const either = anySignal(cancelled, signal);
  const answers = await Promise.allSettled(
    hosts.map(async ({ name, host }) => [name, await guestsOn(host, either)] as const),
  );
  either.throwIfAborted();
  const seen = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  const problems = answers.flatMap((answer, index) =>
    answer.status === "fulfilled"
      ? []
      : [{ property: `hosts.${hosts[index]?.name}`, reason: reasonOf(answer.reason as Error, hosts[index]?.name) }],
  );
  return problems.length > 0 ? { problems } : { seen: new Map(seen) };
}

const reasonOf = (error: Error, name = ""): string =>
  error instanceof HostUnreachable
    ? `${error.message} An unreachable host is not drained: its guests may still run there. If ${name} is off for certain, this is fencing: name it in \`fenced\` of the DomainPlacements of its guests, and take it out of this policy until it is back.`
    : error.message;

/** Guests that run on a host in maintenance, whosever they are. */
export function remainingOn({ guests }: PolicyInputs, { domains, processes }: HostGuests): string[] {
  const nameOf = (uuid: string) => Object.entries(guests).find(([, guest]) => guest.uuid === uuid)?.[0];
  return [
    ...domains.filter(isActive).map(({ uuid, name }) => nameOf(uuid) ?? `${name}, which is not of this policy`),
    ...processes.map(({ what }) => `${what}, which is a QEMU without libvirt`),
  ];
}
