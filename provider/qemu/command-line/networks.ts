/**
 * Pure: the networks that a command line names, and what they need of a host.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html#hxtool-5
 */
import { type Option, optionsOf } from "./arguments";
import { optionPairs, type Pairs } from "./option-pairs";

export interface Network extends Option {
  /** tap, bridge, user, …; `nic` of `-net nic`. */
  type: string;
  pairs: Pairs;
  settings: ReadonlyMap<string, string>;
}

export function networksOf(argv: readonly string[]): Network[] {
  return optionsOf(argv)
    .filter(({ option }) => ["netdev", "nic", "net"].includes(option))
    .map((option) => {
      const pairs = optionPairs(option.value ?? "", "type");
      const settings = new Map(pairs);
      return { ...option, type: settings.get("type") ?? "", pairs, settings };
    });
}

/** What QEMU takes when none is named. */
const defaultBridge = "br0";
const defaultScript = "/etc/qemu-ifup";

export function bridgesOf(argv: readonly string[]): string[] {
  return networksOf(argv).flatMap(({ type, settings }) => {
    const isHelped = type === "bridge" || (type === "tap" && settings.has("helper"));
    const bridge = settings.get("br") ?? (isHelped ? defaultBridge : undefined);
    return bridge === undefined ? [] : [bridge];
  });
}

/** Scripts and helpers that QEMU runs before the guest: without one it does not start. */
export function networkScripts(argv: readonly string[]): string[] {
  return networksOf(argv).flatMap(({ type, settings }) => {
    const helper = settings.get("helper");
    if (helper !== undefined) return [helper];
    const isGiven = settings.has("fd") || settings.has("fds");
    const script = settings.get("script") ?? defaultScript;
    return type === "tap" && !isGiven && script !== "no" ? [script] : [];
  });
}
