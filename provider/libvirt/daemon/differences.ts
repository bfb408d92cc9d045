/** Pure: how libvirtd differs from its settings, and how it has to be switched. */

import { activeSettings, withoutSettings, withSettings } from "./conf-file";
import type { DaemonFacts } from "./inspect";
import { localSockets } from "./inspect";
import { confPath, confSettings, type DaemonSettings, dropInPath, dropIns, tcpSocket, tlsSocket } from "./settings";

/** Settings that a switch of the daemon writes and starts; none when nothing differs. */
export interface Switch {
  /** libvirtd.conf: text, or absent to leave it; `remove` deletes it. */
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

function confDifferences({ conf }: DaemonFacts, settings: DaemonSettings): string[] {
  const wanted = confSettings(settings);
  if (conf && withSettings(conf.text, wanted) === conf.text) return [];
  const active = activeSettings(conf?.text);
  const wrong = wanted.filter(([key, value]) => active.get(key) !== value);
  const lines = wrong.map(
    ([key, value]) => `${confPath}: ${key} is ${active.get(key) ?? "not set"} instead of ${value}`,
  );
  return lines.length > 0 ? lines : [`${confPath}: the lines of pulumi-kvm-live were changed`];
}

function dropInDifferences({ dropIns: seen }: DaemonFacts, settings: DaemonSettings): string[] {
  return [...dropIns(settings)].flatMap(([unit, wanted]) => {
    const has = seen.get(unit);
    if (has === wanted) return [];
    if (has === undefined) return [`${dropInPath(unit)} is missing`];
    return [`${dropInPath(unit)} ${wanted === undefined ? "should not exist" : "was changed"}`];
  });
}

function socketDifferences({ units, ports, sockets }: DaemonFacts, settings: DaemonSettings): string[] {
  const local = ["libvirtd.socket", ...localSockets.filter((unit) => units.get(unit)?.fileState === "enabled")];
  const off = [...new Set(local)].filter((unit) => !units.get(unit)?.isActive).map((unit) => `${unit} is off`);
  const network = networkSockets(settings).flatMap(({ unit, isWanted, port }) => {
    const { isActive = false, fileState = "" } = units.get(unit) ?? {};
    if (isWanted !== isActive) return [`${unit} is ${isActive ? "on" : "off"}`];
    if (isWanted !== (fileState === "enabled")) return [`${unit} is ${fileState || "absent"} at boot`];
    return isWanted && !ports.has(port) ? [`nothing listens on port ${port}`] : [];
  });
  return [...off, ...network, ...permissionDifferences(sockets, settings)];
}

function permissionDifferences(sockets: DaemonFacts["sockets"], settings: DaemonSettings): string[] {
  const { unixSockGroup, unixSockRoPerms, unixSockRwPerms } = settings;
  const perms = { "/run/libvirt/libvirt-sock": unixSockRwPerms, "/run/libvirt/libvirt-sock-ro": unixSockRoPerms };
  return Object.entries(perms).flatMap(([path, wanted]) => {
    const seen = sockets.get(path);
    if (!seen) return [];
    const wrongMode = wanted !== undefined && Number.parseInt(wanted, 8) !== Number.parseInt(seen.mode, 8);
    const wrongGroup = unixSockGroup !== undefined && unixSockGroup !== seen.group;
    return [
      ...(wrongMode ? [`${path} has mode ${seen.mode} instead of ${wanted}`] : []),
      ...(wrongGroup ? [`${path} has group ${seen.group} instead of ${unixSockGroup}`] : []),
    ];
  });
}

/** The change that removes all differences. */
export function switchTo({ conf, dropIns: seen, units }: DaemonFacts, settings: DaemonSettings): Switch {
  const text = withSettings(conf?.text, confSettings(settings));
  const changed = new Map([...dropIns(settings)].filter(([unit, wanted]) => seen.get(unit) !== wanted));
  const wanted = networkSockets(settings);
  const isEnabled = (unit: string) => units.get(unit)?.fileState === "enabled";
  return {
    ...(text !== conf?.text && { conf: { text } }),
    dropIns: changed,
    enable: wanted.filter(({ isWanted, unit }) => isWanted && !isEnabled(unit)).map(({ unit }) => unit),
    disable: wanted.filter(({ isWanted, unit }) => !isWanted && isEnabled(unit)).map(({ unit }) => unit),
    start: wanted.filter(({ isWanted }) => isWanted).map(({ unit }) => unit),
  };
}

/** @param before how the sockets were @returns undefined when nothing of ours is there */
export function switchBack(
  { conf, dropIns: seen, units }: DaemonFacts,
  before: Readonly<Record<string, { enabled: boolean; active: boolean }>>,
): Switch | undefined {
  const text = withoutSettings(conf?.text);
  const is = (unit: string) => ({
    enabled: units.get(unit)?.fileState === "enabled",
    active: units.get(unit)?.isActive === true,
  });
  const noted = [tlsSocket, tcpSocket].flatMap((unit) => (before[unit] ? [{ unit, ...before[unit] }] : []));
  const differs = noted.some(({ unit, enabled, active }) => is(unit).enabled !== enabled || is(unit).active !== active);
  if (text === conf?.text && seen.size === 0 && !differs) return undefined;
  const unnoted = [tlsSocket, tcpSocket].filter((unit) => !before[unit] && is(unit).active);
  return {
    ...(text !== conf?.text && { conf: text === undefined ? ("remove" as const) : { text } }),
    dropIns: new Map([...seen.keys()].map((unit) => [unit, undefined])),
    enable: noted.filter(({ unit, enabled }) => enabled && !is(unit).enabled).map(({ unit }) => unit),
    disable: noted.filter(({ unit, enabled }) => !enabled && is(unit).enabled).map(({ unit }) => unit),
    start: [...noted.filter(({ active }) => active).map(({ unit }) => unit), ...unnoted],
  };
}

export function networkSockets({ listenTls, listenTcp, tlsPort, tcpPort }: DaemonSettings) {
  return [
    { unit: tlsSocket, isWanted: listenTls, port: tlsPort },
    { unit: tcpSocket, isWanted: listenTcp, port: tcpPort },
  ];
}
