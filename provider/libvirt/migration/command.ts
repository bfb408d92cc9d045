/** Pure: what is run on the source. @see https://libvirt.org/manpages/virsh.html#migrate */
import type { Candidate } from "../../placement/observe/candidate";
import type { DomainName } from "../../placement/observe/observation";
import { hostOf, migrateUri, sshUri, tcpUri, tlsUri } from "../connectivity/uri";
import { virsh } from "../virsh";
import type { MigrationOptions } from "./options";

type Argv = (string | false | undefined)[];

export function migrateCommand(domain: DomainName, to: Candidate, options: MigrationOptions): string[] {
  const { control, data } = options;
  const argv: Argv = [
    ...["migrate", "--live", control === "peer-to-peer" && "--p2p"],
    ...[options.persistent && "--persistent", options.undefineSource && "--undefinesource"],
    ...(data === "tls" ? tls(to, options) : [data === "tunnelled" && "--tunnelled"]),
    ...limits(options),
    ...storage(options),
    ...(data === "tunnelled" ? [] : ["--migrateuri", dataUri(to, options)]),
    ...["--domain", domain.uuid, "--desturi", controlUri(to, options)],
  ];
  return virsh(...argv.filter((argument) => typeof argument === "string"));
}

/** Goes on with a post-copy that was interrupted. Limits are still those of the job. */
export function resumeCommand(domain: DomainName, to: Candidate, options: MigrationOptions): string[] {
  const { control, uri, migrateUri, data, persistent, undefineSource } = options;
  const kept = { control, uri, migrateUri, data, persistent, undefineSource, onTimeout: "abort" } as const;
  return [...migrateCommand(domain, to, kept), "--postcopy", "--postcopy-resume"];
}

/** By which libvirt on the source reaches libvirt on the destination. */
export function controlUri({ address, port }: Candidate, { uri }: Pick<MigrationOptions, "uri">): string {
  if (uri === "qemu+ssh") return sshUri(address, port);
  if (uri === "qemu+tcp") return tcpUri(address);
  return uri === "qemu+tls" ? tlsUri(address) : uri;
}

/** By which QEMU on the source reaches QEMU on the destination. */
export const dataUri = (to: Candidate, options: MigrationOptions): string =>
  options.migrateUri ?? migrateUri(to.migrationAddress ?? to.address);

/** QEMU expects a certificate for the address that the stream goes to; certificates are for the control address. */
function tls(to: Candidate, options: MigrationOptions): Argv {
  const tlsHostname = hostOf(controlUri(to, options));
  return ["--tls", ...(hostOf(dataUri(to, options)) === tlsHostname ? [] : ["--tls-destination", tlsHostname])];
}

function limits({ bandwidthMiBps, parallelConnections, compression, autoConverge, postCopy }: MigrationOptions): Argv {
  const tuned = typeof autoConverge === "object" ? autoConverge : {};
  const { method, level, cacheMiB } = compression ?? {};
  return [
    ...number("--bandwidth", bandwidthMiBps),
    ...(parallelConnections === undefined
      ? []
      : ["--parallel", ...number("--parallel-connections", parallelConnections)]),
    ...(method === undefined ? [] : ["--compressed", "--comp-methods", method]),
    ...number(`--comp-${method}-level`, level),
    ...number("--comp-xbzrle-cache", cacheMiB === undefined ? undefined : cacheMiB * 1024 ** 2),
    autoConverge !== undefined && autoConverge !== false && "--auto-converge",
    ...number("--auto-converge-initial", tuned.initialPercent),
    ...number("--auto-converge-increment", tuned.incrementPercent),
    postCopy !== undefined && "--postcopy",
    ...number("--postcopy-bandwidth", postCopy?.bandwidthMiBps),
  ];
}

/** Without a list of disks libvirt would copy those on shared storage onto themselves. */
function storage({ copyStorage }: MigrationOptions): Argv {
  if (!copyStorage) return [];
  const mode = copyStorage.mode === "all" ? "--copy-storage-all" : "--copy-storage-inc";
  return [mode, "--migrate-disks", copyStorage.disks.join(",")];
}

const number = (option: string, value: number | undefined): Argv =>
  value === undefined ? [] : [option, String(value)];
