/** Why a guest that runs could not move to another host. */
import type { Candidate } from "../../placement/observe/candidate";
import { backingChain, unreadHeaders } from "../../placement/preflight/backing-chain";
import { differentImages } from "../../placement/preflight/different-images";
import type { Finding } from "../../placement/preflight/finding";
import { checkRequirements, missingRequirements } from "../../placement/preflight/host-requirements";
import { needsOf } from "../../qemu-command-line/needs";
import type { Operation } from "../../util/operation";
import type { QemuGuestOptions } from "../guest";
import { subjectFindings } from "../migration/source-subject";
import { migrationOf, withMonitor } from "../qmp/monitor";
import { observeRunAsFacts } from "../run-as";
import { pairFindings } from "./hosts";
import { certificateFiles, remedies, startFindings } from "./starting";
import { versionFindings } from "./version-checks";

export async function moveFindings(
  guest: QemuGuestOptions,
  from: Candidate,
  to: Candidate,
  commandLine: readonly string[],
  operation: Operation,
): Promise<Finding[]> {
  const { signal } = operation;
  const { tls } = guest.migration;
  const opened = needsOf(commandLine).images;
  const tops = opened.flatMap(({ path, format }) => (format === undefined ? [] : [{ path, format }]));
  const chain = await backingChain(from.host, tops, signal);
  const images = [...opened.map(({ path }) => path), ...chain.below].map((what) => ({ kind: "image" as const, what }));
  const roles = (role: string) => (tls ? ["ca-cert.pem", `${role}-cert.pem`, `${role}-key.pem`] : []);
  const [there, source, { "blocked-reasons": blocked = [] }, ...rest] = await Promise.all([
    checkRequirements(to.host, images, signal),
    checkRequirements(from.host, [...images, ...certificateFiles(guest.migration, roles("client"))], signal),
    withMonitor(from.host, guest.domain, migrationOf, signal),
    startFindings(guest, to, commandLine, signal, roles("server")),
    pairFindings(guest, from, to, commandLine, operation),
    versionFindings(guest, from, to, commandLine, signal),
    userFindings(guest, from, to, commandLine, signal),
    tls ? subjectFindings(from, guest.migration.tlsCredsDir, signal) : [],
  ]);
  const here = source.filter(({ kind }) => kind === "image");
  const certificates = source.filter(({ kind }) => kind !== "image");
  return [
    ...blocked.map((reason) => refusedByQemu(guest.domain.name, from.name, reason)),
    ...missingRequirements(from.name, certificates, remedies),
    ...differentImages({ from: from.name, to: to.name }, here, there, guest.migration.trustedImages ?? []),
    ...unreadHeaders(from.name, chain),
    ...rest.flat(),
  ];
}

/** Pure. @param reason in QEMU's words */
export const refusedByQemu = (name: string, hostName: string, reason: string): Finding => ({
  code: "qemu-refuses-move",
  hostName,
  subject: "commandLine",
  seen: `${name} cannot move from ${hostName}: QEMU says: ${reason}.`,
  fix: "Take away in the guest what it names, or leave the guest where it is.",
});

/** NFS knows users by their numbers. */
export async function userFindings(
  { user }: QemuGuestOptions,
  from: Candidate,
  to: Candidate,
  commandLine: readonly string[],
  signal: AbortSignal,
): Promise<Finding[]> {
  if (user === undefined) return [];
  const [here, there] = await Promise.all(
    [from, to].map(({ host }) => observeRunAsFacts(host, user, commandLine, signal)),
  );
  if (!here?.namedUser || !there?.namedUser || here.namedUser.uid === there.namedUser.uid) return [];
  const seen = `${user} is ${here.namedUser.uid} on ${from.name} and ${there.namedUser.uid} on ${to.name}, so the images would belong to another user.`;
  const fix = "Give it the same number on all hosts.";
  return [{ code: "user-different", hostName: to.name, subject: "user", seen, fix }];
}
