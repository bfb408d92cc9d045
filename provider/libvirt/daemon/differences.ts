/** Pure: how a daemon differs from its settings, and how it has to be switched. */

import { activeSettings, withoutSettings, withSettings } from "./conf-file";
import { type Daemon, networkSocketsOf } from "./flavours";
import type { DaemonFacts } from "./inspect";
import { confSettings, type DaemonSettings, dropInPath, dropIns } from "./settings";

/** Settings that a switch of the daemon writes and starts; none when nothing differs. */
export interface Switch {
  /** Its file: text, or absent to leave it; `remove` deletes it. */
  conf?: { text: string } | "remove";
  /** Drop-ins by unit; undefined takes one away. */
  dropIns: ReadonlyMap<string, string | undefined>;
  enable: string[];
  disable: string[];
  start: string[];
}

/** In words; none when all is well. */
export function daemonDifferences(facts: DaemonFacts, settings: DaemonSettings): string[] {
  return [
    ...confDifferences(facts, settings),
    ...dropInDifferences(facts, settings),
    ...socketDifferences(facts, settings),
  ];
}

/** The file with these settings; undefined when there has to be none. */
function wantedText({ conf, daemon }: DaemonFacts, settings: DaemonSettings): string | undefined {
  const wanted = confSettings(settings, daemon);
  return wanted.length === 0 ? withoutSettings(conf?.text) : withSettings(conf?.text, wanted);
}

function confDifferences(facts: DaemonFacts, settings: DaemonSettings): string[] {
  const { conf, daemon } = facts;
  if (wantedText(facts, settings) === conf?.text) return [];
  const active = activeSettings(conf?.text);
  const wrong = confSettings(settings, daemon).filter(([key, value]) => active.get(key) !== value);
  const lines = wrong.map(
    ([key, value]) => `${daemon.confPath}: ${key} is ${active.get(key) ?? "not set"} instead of ${value}`,
  );
  return lines.length > 0 ? lines : [`${daemon.confPath}: the lines of pulumi-kvm-live were changed`];
}

function dropInDifferences({ dropIns: seen, daemon }: DaemonFacts, settings: DaemonSettings): string[] {
  return [...dropIns(settings, daemon)].flatMap(([unit, wanted]) => {
    const has = seen.get(unit);
    if (has === wanted) return [];
    if (has === undefined) return [`${dropInPath(unit)} is missing`];
    return [`${dropInPath(unit)} ${wanted === undefined ? "should not exist" : "was changed"}`];
  });
}

function socketDifferences({ units, ports, sockets, daemon }: DaemonFacts, settings: DaemonSettings): string[] {
  const [main, ...others] = daemon.localSockets;
  const local = [main, ...others.filter((unit) => units.get(unit)?.fileState === "enabled")];
  const off = local.filter((unit) => !units.get(unit)?.isActive).map((unit) => `${unit} is off`);
  const network = networkSockets(settings, daemon).flatMap(({ unit, isWanted, port }) => {
    const { isActive = false, fileState = "" } = units.get(unit) ?? {};
    if (isWanted !== isActive) return [`${unit} is ${isActive ? "on" : "off"}`];
    if (isWanted !== (fileState === "enabled")) return [`${unit} is ${fileState || "absent"} at boot`];
    return isWanted && !ports.has(port) ? [`nothing listens on port ${port}`] : [];
  });
  return [...off, ...network, ...permissionDifferences(sockets, settings, daemon)];
}

function permissionDifferences(
  sockets: DaemonFacts["sockets"],
  { unixSockGroup, unixSockRoPerms, unixSockRwPerms, unixSockAdminPerms }: DaemonSettings,
  { paths }: Daemon,
): string[] {
  const perms = {
    [paths.main]: unixSockRwPerms,
    [paths.readOnly]: unixSockRoPerms,
    [paths.admin]: unixSockAdminPerms,
  };
  return Object.entries(perms).flatMap(([path, wanted]) => {
    const seen = sockets.get(path);
    if (!seen) return [];
    const wrongMode = wanted !== undefined && Number.parseInt(wanted, 8) !== Number.parseInt(seen.mode, 8);
    const isForGroup = path !== paths.admin;
    const wrongGroup = isForGroup && unixSockGroup !== undefined && unixSockGroup !== seen.group;
    return [
      ...(wrongMode ? [`${path} has mode ${seen.mode} instead of ${wanted}`] : []),
      ...(wrongGroup ? [`${path} has group ${seen.group} instead of ${unixSockGroup}`] : []),
    ];
  });
}

/** The change that removes all differences. */
export function switchTo(facts: DaemonFacts, settings: DaemonSettings): Switch {
  const { conf, dropIns: seen, units, daemon } = facts;
  const text = wantedText(facts, settings);
  const changed = new Map([...dropIns(settings, daemon)].filter(([unit, wanted]) => seen.get(unit) !== wanted));
  const wanted = networkSockets(settings, daemon);
  const isEnabled = (unit: string) => units.get(unit)?.fileState === "enabled";
  return {
    ...confChange(conf?.text, text),
    dropIns: changed,
    enable: wanted.filter(({ isWanted, unit }) => isWanted && !isEnabled(unit)).map(({ unit }) => unit),
    disable: wanted.filter(({ isWanted, unit }) => !isWanted && isEnabled(unit)).map(({ unit }) => unit),
    start: wanted.filter(({ isWanted }) => isWanted).map(({ unit }) => unit),
  };
}

const confChange = (has: string | undefined, wanted: string | undefined): Pick<Switch, "conf"> =>
  wanted === has ? {} : { conf: wanted === undefined ? "remove" : { text: wanted } };

/** The change that undoes another one, whatever has become of it. */
export function inverse({ conf, dropIns: seen, units, daemon }: DaemonFacts, change: Switch): Switch {
  return {
    ...(change.conf !== undefined && { conf: conf ? { text: conf.text } : ("remove" as const) }),
    dropIns: new Map([...change.dropIns.keys()].map((unit) => [unit, seen.get(unit)])),
    enable: change.disable,
    disable: change.enable,
    start: networkSocketsOf(daemon).filter((unit) => units.get(unit)?.isActive),
  };
}

/** @param before how the sockets were @returns undefined when nothing of ours is there */
export function switchBack(
  { conf, dropIns: seen, units, daemon }: DaemonFacts,
  before: Readonly<Record<string, { enabled: boolean; active: boolean }>>,
): Switch | undefined {
  const text = withoutSettings(conf?.text);
  const is = (unit: string) => ({
    enabled: units.get(unit)?.fileState === "enabled",
    active: units.get(unit)?.isActive === true,
  });
  const network = networkSocketsOf(daemon);
  const noted = network.flatMap((unit) => (before[unit] ? [{ unit, ...before[unit] }] : []));
  const differs = noted.some(({ unit, enabled, active }) => is(unit).enabled !== enabled || is(unit).active !== active);
  if (text === conf?.text && seen.size === 0 && !differs) return undefined;
  const unnoted = network.filter((unit) => !before[unit] && is(unit).active);
  return {
    ...confChange(conf?.text, text),
    dropIns: new Map([...seen.keys()].map((unit) => [unit, undefined])),
    enable: noted.filter(({ unit, enabled }) => enabled && !is(unit).enabled).map(({ unit }) => unit),
    disable: noted.filter(({ unit, enabled }) => !enabled && is(unit).enabled).map(({ unit }) => unit),
    start: [...noted.filter(({ active }) => active).map(({ unit }) => unit), ...unnoted],
  };
}

export function networkSockets(
  { listenTls, listenTcp, tlsPort, tcpPort }: DaemonSettings,
  { networkSockets: units }: Daemon,
) {
  if (!units) return [];
  return [
    { unit: units.tls, transport: "tls", isWanted: listenTls, port: tlsPort },
    { unit: units.tcp, transport: "tcp", isWanted: listenTcp, port: tcpPort },
  ];
}
