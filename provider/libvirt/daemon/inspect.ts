/** Facts of libvirt's daemons on a host: what their files and units say, and what they really do; by a command each. */
import { isUtf8 } from "node:buffer";
import type { RemoteHost } from "../../host/host";
import { runScript, scriptFile } from "../../host/script";
import type { ServiceStart } from "./command-line";
import { commandLineObstacles, type StartFacts } from "./command-line-obstacles";
import { activeSettings } from "./conf-file";
import {
  allUnits,
  type Daemon,
  flavourObstacles,
  flavourOf,
  monolithic,
  networkSocketsOf,
  type Unit,
} from "./flavours";
import { dropInPath } from "./settings";
import { parseConf } from "./virconf";

/** What libvirt starts QEMU with. @see https://libvirt.org/kbase/tlscerts.html */
const qemuConf = "/etc/libvirt/qemu.conf";
/** Where this provider puts QEMU's certificates, and libvirt looks for them by default. */
const qemuCertificates = "/etc/pki/qemu";

export interface DaemonFacts extends StartFacts {
  daemon: Daemon;
  /** Of both flavours of libvirt, whichever the host has. */
  units: ReadonlyMap<string, Unit>;
  /** Its file; undefined when there is none. What is no UTF-8 in it could not be written back as it was. */
  conf: { text: string; isUtf8: boolean; mode: string; owner: string; group: string } | undefined;
  /** Drop-ins of ours by unit. */
  dropIns: ReadonlyMap<string, string>;
  /** Text of qemu.conf; empty without one. */
  qemuConf: string;
  /** TCP ports on which anything listens. */
  ports: ReadonlySet<number>;
  /** Mode and group of its own sockets by path. */
  sockets: ReadonlyMap<string, { mode: string; group: string }>;
}

const script = scriptFile(__dirname, "inspect.sh");

/** Those of the host's flavour, first the one that other hosts reach. */
export async function inspectDaemons(host: RemoteHost, signal: AbortSignal): Promise<DaemonFacts[]> {
  const first = await inspectDaemon(host, monolithic.daemons[0], signal); // it tells of all units
  const { daemons } = flavourOf(first.units);
  return Promise.all(daemons.map((one) => (one === first.daemon ? first : inspectDaemon(host, one, signal))));
}

async function inspectDaemon(host: RemoteHost, daemon: Daemon, signal: AbortSignal): Promise<DaemonFacts> {
  const { name, service, confPath, localSockets, paths } = daemon;
  const dropIns = [...localSockets, ...networkSocketsOf(daemon), service].map(dropInPath);
  const onBus = `/org/freedesktop/systemd1/unit/${name}_2eservice`;
  const values = [confPath, allUnits.join(" "), Object.values(paths).join(" "), service, onBus, qemuConf, ...dropIns];
  return parseDaemon((await runScript(host, script, values, { signal })).stdout, daemon);
}

/** Pure: the script's answer. */
export function parseDaemon(answer: string, daemon: Daemon): DaemonFacts {
  const parts = answer.split(/^== /m).map((part) => {
    const [heading = "", ...lines] = part.split("\n");
    return { heading, lines: lines.filter(Boolean), text: lines.join("\n") };
  });
  const section = (name: string) => parts.find(({ heading }) => heading === name);
  const lines = (name: string) => section(name)?.lines ?? [];
  const [access, text = ""] = lines("conf");
  const [mode = "", owner = "", group = ""] = access?.split(" ") ?? [];
  const dropIns = parts.filter(({ heading }) => heading.startsWith("dropIn "));
  return {
    daemon,
    units: parseUnits(section("units")?.text ?? ""),
    conf: section("conf") && { text: decode(text), isUtf8: isUtf8(Buffer.from(text, "base64")), mode, owner, group },
    dropIns: new Map(dropIns.map(({ heading, lines: [content = ""] }) => [unitOf(heading), decode(content)])),
    qemuConf: decode(lines("qemuConf")[0] ?? ""),
    start: parseStart(lines("start"), lines("environment").map(decode)),
    running: parseWords(decode(lines("running")[0] ?? "")),
    ports: new Set(lines("ports").map((line) => Number(/:(\d+)$/.exec(line.split(/\s+/)[3] ?? "")?.[1]))),
    sockets: new Map(
      lines("sockets")
        .map((line) => line.split(" "))
        .map(socketOf),
    ),
  };
}

/** As /proc has a command line; empty when the process has just ended. */
const parseWords = (text: string) => (text === "" ? undefined : text.replace(/\0$/, "").split("\0"));

/** As busctl prints the two properties, a line each. */
function parseStart([execStart, environment]: string[], environmentFiles: string[]): ServiceStart | undefined {
  if (execStart === undefined || environment === undefined) return undefined;
  const commands = dataOf(execStart) as [string, string[], ...unknown[]][] | undefined;
  const own = dataOf(environment) as string[] | undefined;
  return commands && own && { execStart: commands.map(([, words]) => words), environment: own, environmentFiles };
}

function dataOf(json: string): unknown {
  try {
    return JSON.parse(json).data;
  } catch {
    return undefined;
  }
}

const socketOf = ([path = "", mode = "", group = ""]: string[]) => [path, { mode, group }] as const;

function parseUnits(text: string): Map<string, Unit> {
  const blocks = text.split(/\n\n+/).map((block) => Object.fromEntries(block.split("\n").map(pair)));
  return new Map(
    blocks.map(({ Id = "", LoadState, ActiveState, UnitFileState = "" }) => [
      Id,
      { isLoaded: LoadState === "loaded", isActive: ActiveState === "active", fileState: UnitFileState },
    ]),
  );
}

const pair = (line: string): [string, string] => [line.split("=")[0] ?? "", line.slice(line.indexOf("=") + 1)];
const unitOf = (path: string) => path.split("/").at(-2)?.replace(/\.d$/, "") ?? "";
const decode = (text: string) => Buffer.from(text, "base64").toString();

/** Pure: why this host's libvirt cannot be set up, in words that go on from the host's name. */
export function daemonObstacles(daemons: readonly DaemonFacts[]): string[] {
  const [first] = daemons;
  if (!first) return [];
  const unclear = flavourObstacles(first.units);
  if (unclear.length > 0) return unclear;
  return [...daemons.flatMap(obstaclesOf), ...qemuObstacles(first.qemuConf)];
}

function obstaclesOf({ daemon, units: seen, conf, ...start }: DaemonFacts): string[] {
  const { confPath, localSockets } = daemon;
  const isOn = (unit: string) => seen.get(unit)?.isActive === true || seen.get(unit)?.fileState === "enabled";
  const masked = [...localSockets, ...networkSocketsOf(daemon)].filter((unit) =>
    /^masked/.test(seen.get(unit)?.fileState ?? ""),
  );
  const isOff = masked.length === 0 && !isOn(localSockets[0]);
  return [
    ...unreadable(confPath, conf?.text),
    ...(conf?.isUtf8 === false
      ? [`has characters in ${confPath} that are not UTF-8, and writing it would change them: convert it by iconv(1)`]
      : []),
    ...(daemon.networkSockets ? certificateObstacles(daemon, conf?.text) : []),
    ...(masked.length > 0 ? [`has masked ${masked.join(", ")}: \`systemctl unmask ${masked.join(" ")}\``] : []),
    ...commandLineObstacles(daemon, start),
    ...(isOff
      ? [`does not have ${localSockets[0]} enabled: \`systemctl enable --now ${localSockets.join(" ")}\``]
      : []),
  ];
}

function certificateObstacles({ name, confPath }: Daemon, text: string | undefined): string[] {
  const active = activeSettings(text);
  const elsewhere = ["key_file", "key_files", "cert_file", "cert_files", "ca_file"].filter((key) => active.has(key));
  const verifies = ["0", undefined].includes(active.get("tls_no_verify_certificate"));
  return [
    ...(elsewhere.length > 0
      ? [`has ${elsewhere.join(", ")} in ${confPath}, so ${name} would use other certificates: remove these lines`]
      : []),
    ...(!verifies
      ? [`has tls_no_verify_certificate in ${confPath}, so ${name} would accept any client: remove it`]
      : []),
  ];
}

/** The settings behind such a place are not known, so nothing that they could open is taken for shut. */
function unreadable(path: string, text: string | undefined): string[] {
  const { error } = parseConf(text ?? "");
  if (!error) return [];
  return [
    `has a line in ${path} that libvirt cannot read (line ${error.line}: ${error.reason}), and would not start with: mend it`,
  ];
}

/** A setting for migrations alone comes before that for all that QEMU encrypts. */
function qemuObstacles(text: string): string[] {
  const problem = unreadable(qemuConf, text);
  if (problem.length > 0) return problem;
  const active = activeSettings(text);
  const setting = (name: string) =>
    [`migrate_tls_x509_${name}`, `default_tls_x509_${name}`].find((key) => active.has(key));
  const [verify, folder] = [setting("verify"), setting("cert_dir")];
  const isElsewhere = folder !== undefined && active.get(folder)?.replace(/^["']|["']$/g, "") !== qemuCertificates;
  return [
    ...(verify !== undefined && active.get(verify) === "0"
      ? [`has ${verify} = 0 in ${qemuConf}, so QEMU would take a guest from anyone: remove it`]
      : []),
    ...(isElsewhere ? [`has ${folder} in ${qemuConf}, so QEMU would use other certificates: remove it`] : []),
  ];
}
