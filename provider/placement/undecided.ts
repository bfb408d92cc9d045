/** Pure: what an operator is told when only an operator may decide: what was seen, why, and the commands for each way. */
import type { Told } from "./locate";
import { allDescribed, type Found, isActive, type Silence } from "./observation";

/** @param keepable those of which one may turn out to be the guest; by default whatever has a QEMU */
export function undecided(
  { uuid, words }: Told,
  found: readonly Found[],
  why: string,
  keepable = found.filter(({ domain }) => isActive(domain)),
): string {
  const others = (kept: Found) => found.filter((one) => one !== kept && isActive(one.domain));
  const ways = keepable.map((kept) => {
    const ends = others(kept).map(({ host }) => `on ${host}: ${words.destroy(uuid)}`);
    const goesOn = kept.domain.state === "paused" ? [`on ${kept.host}: ${words.resume(uuid)}`] : [];
    return `  to keep the one on ${kept.host}: ${[...ends, ...goesOn].join("; ")}`;
  });
  return [`It is ${allDescribed(found)}. ${why}`, "When you have decided:", ...ways].join("\n");
}

/** Row h. */
export const runsTwice = (domain: Told, found: readonly Found[]): string =>
  undecided(
    domain,
    found,
    `More than one of them is a guest of its own, and all write to one disk: stop the one with the older data now (${domain.words.suspend(domain.uuid)}), then look into both. Check the file system before you trust it.`,
  );

/** Memory on two hosts of which one has no part of it any more. */
export function memoryLost({ uuid, words }: Told, found: readonly Found[], half: Found): string {
  return [
    `It is ${allDescribed(found)}. Its memory was on two hosts, and the other part is gone: it cannot go on.`,
    "When you have saved what you need:",
    `  on ${half.host}: ${words.destroy(uuid)}; then \`pulumi up\` starts it anew`,
  ].join("\n");
}

/** An incoming QEMU without a source. */
export function sourceLost({ uuid, words }: Told, found: readonly Found[], arriving: Found): string {
  return [
    `It is ${allDescribed(found)}. It was arriving there, and no candidate is its source any more: its memory is not complete.`,
    "When you have looked for the source, also on hosts that are no candidates:",
    `  on ${arriving.host}: ${words.destroy(uuid)}; then \`pulumi up\` starts it`,
  ].join("\n");
}

export function strayQemu({ uuid, words }: Told, strays: readonly { host: string }[]): string {
  const hosts = strays.map(({ host }) => host);
  return [
    `A QEMU with its UUID runs on ${hosts.join(" and ")}, and ${words.stranger}.`,
    "It may be the guest. When you have decided that it is not:",
    ...hosts.map((host) => `  on ${host}: pgrep -af -- '-uuid ${uuid}' shows it; kill its pid`),
  ].join("\n");
}

/** Row p. */
export function unknown(candidates: readonly string[], silent: readonly Silence[], found: readonly Found[]): string {
  const seen = found.length > 0 ? allDescribed(found) : "not seen";
  const dead = silent.map(({ host }) => JSON.stringify(host)).join(", ");
  return [
    `It may be on any of ${candidates.join(", ")}; where it is stays unknown until all of them answer. So far it is ${seen}.`,
    ...silent.map(({ host, silent: why }) => `${host}: ${why}`),
    `An unreachable host may run it still. If you have seen to it that it does not (power off, not only the network), say so: fenced: [${dead}].`,
  ].join("\n");
}
