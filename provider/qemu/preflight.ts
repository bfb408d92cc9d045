/** Finds everything that would make a start or a move of a guest fail, before it begins. */

import { type Candidate, candidateOf } from "../placement/observe/candidate";
import type { Located } from "../placement/observe/locate";
import { foundOn } from "../placement/observe/observation";
import type { Step } from "../placement/plan/steps";
import type { Wanted } from "../placement/plan/wanted";
import { backingChain, unreadHeaders } from "../placement/preflight/backing-chain";
import { differentImages } from "../placement/preflight/different-images";
import type { Finding } from "../placement/preflight/finding";
import {
  checkRequirements,
  commonRemedies,
  missingRequirements,
  type Remedies,
  type Requirement,
} from "../placement/preflight/host-requirements";
import { lockedImages } from "../placement/preflight/image-locks";
import { handedOnProblem } from "../qemu-command-line/handed-on";
import { type GuestNeeds, needsOf } from "../qemu-command-line/needs";
import type { Operation } from "../util/operation";
import type { QemuGuestOptions } from "./guest";
import { subjectFindings } from "./migration/source-subject";
import { observeQemuHost } from "./preflight/host-checks";
import { nameFindings } from "./preflight/name-checks";
import { versionFindings } from "./preflight/version-checks";
import { migrationOf, withMonitor } from "./qmp/monitor";
import { observeRunAsFacts, type RunAsFacts, runAsOf } from "./run-as";

const remedies: Remedies = {
  ...commonRemedies,
  certificate: "A LibvirtTlsPki with both hosts makes it; or set migration.tls to false",
  emulator: "Install it (Debian: `apt-get install qemu-system-x86`), or set emulator",
};

export async function preflight(
  guest: QemuGuestOptions,
  wanted: Wanted,
  steps: readonly Step[],
  { observations }: Located,
  operation: Operation,
): Promise<Finding[]> {
  const { fenced } = wanted;
  const { signal } = operation;
  const on = (hostName: string) => candidateOf(wanted, hostName);
  const starts = steps.flatMap((step) => (step.do === "create" ? [on(step.on)] : []));
  const moves = steps.flatMap((step) => (step.do === "migrate" ? [step] : []));
  const images = needsOf(guest.commandLine).images.map(({ path }) => path);
  const locked = fenced.length === 0 ? [] : starts.map((one) => lockedImages(one, images, fenced, operation));
  const found = await Promise.all([
    ...starts.map((one) => startFindings(guest, one, guest.commandLine, signal)),
    ...locked,
    ...moves.map(({ from, to }) => {
      const source = foundOn(observations).find(({ hostName }) => hostName === from)?.domain;
      const problem = handedOnProblem(source?.commandLine ?? [], source?.commandLineProblem);
      if (problem !== undefined) return [commandLineUnknown(guest.domain.name, from, problem)];
      return moveFindings(guest, on(from), on(to), source?.commandLine ?? guest.commandLine, signal);
    }),
  ]);
  return found.flat();
}

const commandLineUnknown = (name: string, hostName: string, problem: string): Finding => ({
  code: "command-line-unknown",
  hostName,
  subject: "commandLine",
  seen: `${name} cannot move from ${hostName}: ${problem}.`,
  fix: "Shut it down: the next `pulumi up` starts it with the command line that the program gives.",
});

async function startFindings(
  { emulator, user, migration }: QemuGuestOptions,
  on: Candidate,
  commandLine: readonly string[],
  signal: AbortSignal,
  certificates: readonly string[] = [],
): Promise<Finding[]> {
  const { name: hostName } = on;
  const needs = needsOf(commandLine);
  const owners = await observeRunAsFacts(on.host, user, commandLine, signal);
  const identity = runAsOf(user, owners) ?? { uid: 0, gid: 0 };
  const [checked, checks] = await Promise.all([
    checkRequirements(on.host, [...requirementsOf(needs), ...certificateFiles(migration, certificates)], signal),
    observeQemuHost(on.host, emulator, identity, accessesOf(needs, certificates), signal),
  ]);
  const taken = needs.listeners.filter((listen) => isTaken(listen, checks.listening));
  return [
    ...unknownUser(on, user, owners),
    ...missingRequirements(on.name, checked, remedies),
    !checks.hasEmulator && {
      code: "emulator-missing" as const,
      hostName,
      subject: "emulator",
      seen: `${hostName} has no ${emulator}.`,
      fix: `${remedies.emulator}.`,
    },
    needs.kvm &&
      !checks.hasKvm && {
        code: "kvm-missing" as const,
        hostName,
        subject: "accel",
        seen: `${hostName} has no /dev/kvm, which accel kvm needs.`,
        fix: 'Enable virtualization in its firmware, or set accel to "tcg".',
      },
    ...checks.inaccessibleFiles.map((path) => ({
      code: "file-inaccessible" as const,
      hostName,
      subject: path,
      seen: `QEMU runs as ${identity.uid}:${identity.gid} on ${hostName}, which may not open ${path}.`,
      fix: "Change the file's owner or mode, or set user.",
    })),
    ...taken.map(({ port, what }) => ({
      code: "port-taken" as const,
      hostName,
      subject: `port ${port}`,
      seen: `Port ${port} is taken on ${hostName}, and the guest's ${what} is to listen there.`,
      fix: "End what listens there (ss -ltnp), or take another one.",
    })),
  ].filter((finding) => finding !== false);

  function accessesOf({ images }: GuestNeeds, names: readonly string[]): `${"r" | "rw"}:${string}`[] {
    return [
      ...images.map(({ path, readonly }): `${"r" | "rw"}:${string}` => `${readonly ? "r" : "rw"}:${path}`),
      ...names.map((name): `r:${string}` => `r:${migration.tlsCredsDir}/${name}`),
    ];
  }
}

const certificateFiles = ({ tlsCredsDir }: QemuGuestOptions["migration"], names: readonly string[]): Requirement[] =>
  names.map((name) => ({ kind: "certificate", what: `${tlsCredsDir}/${name}` }));

const requirementsOf = ({ images, files, folders, bridges }: GuestNeeds): Requirement[] => [
  ...images.map(({ path }) => ({ kind: "image" as const, what: path })),
  ...files.map((what) => ({ kind: "file" as const, what })),
  ...folders.map((what) => ({ kind: "folder" as const, what })),
  ...bridges.map((what) => ({ kind: "bridge" as const, what })),
];

function unknownUser({ name: hostName }: Candidate, user: string | undefined, { namedUser }: RunAsFacts): Finding[] {
  if (user === undefined || namedUser !== undefined) return [];
  const seen = `${hostName} has no user ${user}.`;
  const fix = "Create it with the same number as on the other hosts, or set user to another.";
  return [{ code: "user-missing", hostName, subject: "user", seen, fix }];
}

const anywhere = ["0.0.0.0", "::", "*", ""];

/** `0.0.0.0:5919`, `*:16514`, `[::1]:5900` */
function isTaken({ address, port }: GuestNeeds["listeners"][number], listening: readonly string[]): boolean {
  const bare = (text: string) => text.replace(/^\[(.*)\]$/, "$1");
  const wanted = address === "localhost" ? ["127.0.0.1", "::1"] : [bare(address)];
  return listening.some((one) => {
    const [, at = "", number] = /^(.*):(\d+)$/.exec(one) ?? [];
    return (
      Number(number) === port &&
      (wanted.includes(bare(at)) || anywhere.includes(bare(at)) || anywhere.includes(bare(address)))
    );
  });
}

async function moveFindings(
  guest: QemuGuestOptions,
  from: Candidate,
  to: Candidate,
  commandLine: readonly string[],
  signal: AbortSignal,
): Promise<Finding[]> {
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
    nameFindings(from, to, signal),
    versionFindings(guest, from, to, commandLine, signal),
    userFindings(guest, from, to, commandLine, signal),
    tls ? subjectFindings(from, guest.migration.tlsCredsDir, signal) : [],
  ]);
  const here = source.filter(({ kind }) => kind === "image");
  const certificates = source.filter(({ kind }) => kind !== "image");
  return [
    ...blocked.map(
      (reason): Finding => ({
        code: "qemu-refuses-move",
        hostName: from.name,
        subject: "commandLine",
        seen: `${guest.domain.name} cannot move from ${from.name}: QEMU says: ${reason}.`,
        fix: "Take away in the guest what it names, or leave the guest where it is.",
      }),
    ),
    ...missingRequirements(from.name, certificates, remedies),
    ...differentImages({ from: from.name, to: to.name }, here, there, guest.migration.trustedImages ?? []),
    ...unreadHeaders(from.name, chain),
    ...rest.flat(),
  ];
}

/** NFS knows users by their numbers. */
async function userFindings(
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
