/** Facts of libvirtd on a host: what its files and units say, and what it really does; by one command. */
import { isUtf8 } from "node:buffer";
import type { RemoteHost } from "../../host/host";
import { runScript, sh } from "../../host/script";
import { activeSettings } from "./conf-file";
import { confPath, dropInPath, tcpSocket, tlsSocket } from "./settings";
import { parseConf } from "./virconf";

export const localSockets = ["libvirtd.socket", "libvirtd-ro.socket", "libvirtd-admin.socket"] as const;
const service = "libvirtd.service";
const modular = ["virtqemud.socket", "virtqemud.service", "virtproxyd.socket", "virtproxyd-tls.socket"] as const;
const units = [service, ...localSockets, tlsSocket, tcpSocket, ...modular];
/** A daemon's arguments, on Debian and on Red Hat's systems. */
const argumentFiles = ["/etc/default/libvirtd", "/etc/sysconfig/libvirtd"];
/** What libvirt starts QEMU with. @see https://libvirt.org/kbase/tlscerts.html */
const qemuConf = "/etc/libvirt/qemu.conf";
/** Where this provider puts QEMU's certificates, and libvirt looks for them by default. */
const qemuCertificates = "/etc/pki/qemu";
const sockets = ["/run/libvirt/libvirt-sock", "/run/libvirt/libvirt-sock-ro"];

interface Unit {
  isLoaded: boolean;
  isActive: boolean;
  /** `enabled`, `disabled`, `masked` …; empty when there is no such unit. */
  fileState: string;
}

export interface DaemonFacts {
  units: ReadonlyMap<string, Unit>;
  /** libvirtd.conf; undefined when there is none. What is no UTF-8 in it could not be written back as it was. */
  conf: { text: string; isUtf8: boolean; mode: string; owner: string; group: string } | undefined;
  /** Drop-ins of ours by unit. */
  dropIns: ReadonlyMap<string, string>;
  /** Text of qemu.conf; empty without one. */
  qemuConf: string;
  /** Files with the daemon's arguments, one after the other. */
  arguments: string;
  /** TCP ports on which anything listens. */
  ports: ReadonlySet<number>;
  /** Mode and group of libvirt's own sockets by path. */
  sockets: ReadonlyMap<string, { mode: string; group: string }>;
}

/** Sections with a heading each; few processes, since each of them takes long on a busy host. */
const script = sh`
  conf=$1 units=$2 sockets=$3 arguments=$4 qemu=$5; shift 5
  echo "== units"
  # shellcheck disable=SC2086 # a list of units
  systemctl show --property Id,LoadState,ActiveState,UnitFileState $units
  if [ -e "$conf" ]; then echo "== conf"; stat -Lc '%a %U %G' -- "$conf"; base64 -w 0 -- "$conf"; echo; fi
  for path in "$@"; do [ ! -e "$path" ] || { echo "== dropIn $path"; base64 -w 0 -- "$path"; echo; }; done
  echo "== sockets"; for path in $sockets; do [ ! -e "$path" ] || stat -c '%n %a %G' -- "$path"; done
  echo "== arguments"; for path in $arguments; do [ ! -e "$path" ] || { base64 -w 0 -- "$path"; echo; }; done
  [ ! -e "$qemu" ] || { echo "== qemuConf"; base64 -w 0 -- "$qemu"; echo; }
  echo "== ports"; ss -Hltn`;

export async function inspectDaemon(host: RemoteHost, signal: AbortSignal): Promise<DaemonFacts> {
  const dropIns = units.filter((unit) => unit.startsWith("libvirtd")).map(dropInPath);
  const values = [confPath, units.join(" "), sockets.join(" "), argumentFiles.join(" "), qemuConf, ...dropIns];
  return parseDaemon((await runScript(host, script, values, { signal })).stdout);
}

/** Pure: the script's answer. */
export function parseDaemon(answer: string): DaemonFacts {
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
    units: parseUnits(section("units")?.text ?? ""),
    conf: section("conf") && { text: decode(text), isUtf8: isUtf8(Buffer.from(text, "base64")), mode, owner, group },
    dropIns: new Map(dropIns.map(({ heading, lines: [content = ""] }) => [unitOf(heading), decode(content)])),
    qemuConf: decode(lines("qemuConf")[0] ?? ""),
    arguments: lines("arguments").map(decode).join("\n"),
    ports: new Set(lines("ports").map((line) => Number(/:(\d+)$/.exec(line.split(/\s+/)[3] ?? "")?.[1]))),
    sockets: new Map(
      lines("sockets")
        .map((line) => line.split(" "))
        .map(socketOf),
    ),
  };
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
export function daemonObstacles({ units: seen, arguments: args, conf, qemuConf: qemu }: DaemonFacts): string[] {
  const isOn = (unit: string) => seen.get(unit)?.isActive === true || seen.get(unit)?.fileState === "enabled";
  if (modular.some((unit) => seen.get(unit)?.isActive))
    return ["runs libvirt's modular daemons (virtqemud, virtproxyd), but only libvirtd is supported"];
  if (!seen.get(service)?.isLoaded) return ["has no libvirtd: on Debian, `apt-get install libvirt-daemon-system`"];
  const masked = [...localSockets, tlsSocket, tcpSocket].filter((unit) =>
    /^masked/.test(seen.get(unit)?.fileState ?? ""),
  );
  const given = [...args.matchAll(/^\s*(?:LIBVIRTD_ARGS|libvirtd_opts)=(.*)$/gm)];
  const words = given.flatMap(([, value = ""]) => value.replace(/["']/g, " ").split(/\s+/));
  const listens = words.some((word) => word === "--listen" || /^-[a-z]*l/.test(word));
  const configured = configFileIn(words);
  const active = activeSettings(conf?.text);
  const elsewhere = ["key_file", "cert_file", "ca_file"].filter((key) => active.has(key));
  const verifies = ["0", undefined].includes(active.get("tls_no_verify_certificate"));
  return [
    ...unreadable(confPath, conf?.text),
    ...(conf?.isUtf8 === false
      ? [`has characters in ${confPath} that are not UTF-8, and writing it would change them: convert it by iconv(1)`]
      : []),
    ...(elsewhere.length > 0
      ? [`has ${elsewhere.join(", ")} in ${confPath}, so libvirtd would use other certificates: remove these lines`]
      : []),
    ...(!verifies
      ? [`has tls_no_verify_certificate in ${confPath}, so libvirtd would accept any client: remove it`]
      : []),
    ...qemuObstacles(qemu),
    ...(masked.length > 0 ? [`has masked ${masked.join(", ")}: \`systemctl unmask ${masked.join(" ")}\``] : []),
    ...(listens
      ? ["starts libvirtd with --listen, which conflicts with systemd's sockets: remove it from LIBVIRTD_ARGS"]
      : []),
    ...(configured !== undefined && configured !== confPath
      ? [
          `starts libvirtd with the configuration file ${configured}, so what is in ${confPath} is in no force: remove it from LIBVIRTD_ARGS`,
        ]
      : []),
    ...(masked.length === 0 && !isOn("libvirtd.socket") ? ["does not have libvirtd.socket enabled"] : []),
  ];
}

/** `-f FILE`, `-fFILE`, `--config FILE`, `--config=FILE`; the last one counts. */
function configFileIn(words: readonly string[]): string | undefined {
  const files = words.map((word, index) => {
    if (word === "-f" || word === "--config") return words[index + 1];
    return /^(?:--config=|-f)(.+)$/.exec(word)?.[1];
  });
  return files.findLast((file) => file !== undefined);
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
