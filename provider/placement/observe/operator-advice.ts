/** Pure: what an operator is told when only an operator may decide: what was seen, why, and the commands for each way. */

import type { Wanted } from "../plan/wanted";
import {
  allDescribed,
  described,
  type Found,
  foundOn,
  isActive,
  isSilent,
  isUnreachable,
  type Observation,
  type SilentHost,
  type UnreachableHost,
} from "./observation";

type Guest = Pick<Wanted, "domain" | "messages">;

/** Offers to keep each of those that have a QEMU: any of them may turn out to be the guest. */
export function undecided({ domain: { uuid }, messages }: Guest, found: readonly Found[], why: string): string {
  const active = found.filter(({ domain }) => isActive(domain));
  const choices = active.map((kept) => {
    const ends = active
      .filter((one) => one !== kept)
      .map(({ hostName }) => `on ${hostName}: ${messages.destroy(uuid)}`);
    const goesOn = kept.domain.state === "paused" ? [`on ${kept.hostName}: ${messages.resume(uuid)}`] : [];
    return `  to keep the one on ${kept.hostName}: ${[...ends, ...goesOn].join("; ")}`;
  });
  return [`It is ${allDescribed(found)}. ${why}`, "When you have decided:", ...choices].join("\n");
}

/** Row h. */
export const runsTwice = (guest: Guest, found: readonly Found[]): string =>
  undecided(
    guest,
    found,
    `More than one of them is a guest of its own, and all write to the same disk: stop the one with the older data now (${guest.messages.suspend(guest.domain.uuid)}), then look into both. Check the file system before you trust it.`,
  );

/** Its memory was on two hosts of which one no longer has its part. */
export function memoryLost({ domain: { uuid }, messages }: Guest, found: readonly Found[], half: Found): string {
  return [
    `It is ${allDescribed(found)}. Its memory was on two hosts, and the other part is gone: it cannot continue.`,
    "When you have saved what you need:",
    `  on ${half.hostName}: ${messages.destroy(uuid)}; then \`pulumi up\` starts it again`,
  ].join("\n");
}

/** Row q. @param doubts sentences about hosts */
export function mayHaveRunElsewhere(
  { domain: { uuid }, messages }: Guest,
  source: Found,
  doubts: readonly string[],
): string {
  const { hostName } = source;
  return [
    `It is ${described(source)}, where it has left for another host, and nothing shows that it did not run there: ${doubts.join(" ")}`,
    `If it did, its disks are newer than the memory that ${hostName} holds: resumed, it could damage its file systems. Started anew, it comes up as after a power cut.`,
    "When you have decided:",
    `  to start it anew from its disks: on ${hostName}: ${messages.destroy(uuid)}; then \`pulumi up --refresh\` starts it`,
    `  to go on with that memory, if you know that it has run nowhere since: on ${hostName}: ${messages.resume(uuid)}`,
  ].join("\n");
}

/** An incoming QEMU without a source. */
export function sourceLost({ domain: { uuid }, messages }: Guest, found: readonly Found[], incoming: Found): string {
  return [
    `It is ${allDescribed(found)}. It was arriving there, and no candidate is its source any more: its memory is incomplete.`,
    "When you have looked for the source, also on hosts that are not candidates:",
    `  on ${incoming.hostName}: ${messages.destroy(uuid)}; then \`pulumi up\` starts it`,
  ].join("\n");
}

export function strayQemu({ domain: { uuid }, messages }: Guest, strays: readonly { hostName: string }[]): string {
  const hostNames = strays.map(({ hostName }) => hostName);
  return [
    `A QEMU with its UUID runs on ${hostNames.join(" and ")}, and ${messages.unknownQemu}.`,
    "It may be the guest. When you have decided that it is not:",
    ...hostNames.map((hostName) => `  on ${hostName}: pgrep -af -- '-uuid ${uuid}' shows it; kill its pid`),
  ].join("\n");
}

/** Row p. A host that answers in any way is not off, so `fenced` is proposed for the others only, and never for all. */
export function unknownLocation(guest: Wanted, observations: readonly Observation[]): string {
  const { fenced } = guest;
  const found = foundOn(observations);
  const unreachable = observations.filter(isUnreachable).filter(({ hostName }) => !fenced.includes(hostName));
  const hostNames = observations.map(({ hostName }) => hostName);
  const seen = found.length > 0 ? allDescribed(found) : "not seen";
  return [
    `It may be on any of ${hostNames.join(", ")}; its location is unknown until all of them answer. Known so far: ${seen}.`,
    ...observations.filter(isSilent).map((one) => silentHost(guest, one)),
    ...unreachable.map(({ hostName, unreachable: why }) => `${hostName}: ${why}`),
    ...fencingAdvice(unreachable, hostNames),
  ].join("\n");
}

function silentHost({ messages, fenced }: Wanted, { hostName, silent, hasQemu }: SilentHost): string {
  const process =
    hasQemu === undefined
      ? "Whether a QEMU of the guest runs there is unknown."
      : hasQemu
        ? "A QEMU of the guest runs there."
        : "No QEMU of the guest runs there now.";
  const notOff = fenced.includes(hostName) ? " Remove it from fenced: it is not off." : "";
  return `${hostName} is up, but ${messages.silent}: ${silent}\n${process} ${messages.wake}${notOff}`;
}

function fencingAdvice(unreachable: readonly UnreachableHost[], hostNames: readonly string[]): string[] {
  if (unreachable.length === 0) return [];
  if (unreachable.length === hostNames.length)
    return [
      "None of the candidates can be reached, so the network between here and them is the first thing to look at.",
    ];
  const names = unreachable.map(({ hostName }) => JSON.stringify(hostName)).join(", ");
  return [
    `An unreachable host may still be running it. If you have made sure that it is not (powered off, not just disconnected), set fenced: [${names}].`,
  ];
}
