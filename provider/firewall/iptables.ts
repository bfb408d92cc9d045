/** Pure: whether iptables' rules may refuse what comes in. @see https://manpages.debian.org/bookworm/iptables/iptables.8.en.html */

/** Targets that a packet survives, beside chains. */
const harmless = ["ACCEPT", "RETURN", "LOG", "NFLOG", "MARK", "CONNMARK", "CHECKSUM", "TCPMSS", "TRACE", "AUDIT"];

/** @param rules as `iptables -S` prints them; what it says instead of rules may be anything */
export function mayRefuseByIptables(rules: string): boolean {
  const lines = rules.split("\n").filter(Boolean);
  const chains = new Set(lines.flatMap((line) => /^-N (\S+)/.exec(line)?.[1] ?? []));
  const isKnown = lines.every((line) => /^-[PNA] /.test(line));
  const refuses = (chain: string, visited: readonly string[]): boolean =>
    lines.some((line) => {
      const [, of, target = ""] = /^-A (\S+) (?:.* )?-[jg] (\S+)/.exec(line) ?? [];
      if (of !== chain || visited.includes(target)) return false;
      return chains.has(target) ? refuses(target, [...visited, target]) : !harmless.includes(target);
    });
  return !isKnown || lines.includes("-P INPUT DROP") || refuses("INPUT", ["INPUT"]);
}
