/**
 * Pure: the networks of a command line, and what they need on a host.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html#hxtool-5
 */
import { type Option, optionsOf } from "./arguments";
import { optionPairs, type Pairs } from "./option-pairs";

export interface Network extends Option {
  /** The type: tap, bridge, user, …; `nic` for `-net nic`. */
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

/** QEMU's defaults. */
const defaultBridge = "br0";
const defaultScript = "/etc/qemu-ifup";

export function bridgesOf(argv: readonly string[]): string[] {
  return networksOf(argv).flatMap(({ type, settings }) => {
    const usesBridgeHelper = type === "bridge" || (type === "tap" && settings.has("helper"));
    const bridge = settings.get("br") ?? (usesBridgeHelper ? defaultBridge : undefined);
    return bridge === undefined ? [] : [bridge];
  });
}

/** Scripts and helpers that QEMU runs before the guest; it does not start when one is missing. */
export function networkScripts(argv: readonly string[]): string[] {
  return networksOf(argv).flatMap(({ type, settings }) => {
    const helper = settings.get("helper");
    if (helper !== undefined) return [helper];
    const hasDescriptor = settings.has("fd") || settings.has("fds");
    const script = settings.get("script") ?? defaultScript;
    return type === "tap" && !hasDescriptor && script !== "no" ? [script] : [];
  });
}
