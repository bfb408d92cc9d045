/** Why a guest could not start on a host, or be received there. */
import type { Candidate } from "../../placement/observe/candidate";
import type { Finding } from "../../placement/preflight/finding";
import {
  checkRequirements,
  commonRemedies,
  missingRequirements,
  type Remedies,
  type Requirement,
} from "../../placement/preflight/host-requirements";
import { type GuestNeeds, needsOf } from "../../qemu-command-line/needs";
import type { QemuGuestOptions } from "../guest";
import { observeRunAsFacts, type RunAsFacts, runAsOf } from "../run-as";
import { observeQemuHost } from "./host-checks";

export const remedies: Remedies = {
  ...commonRemedies,
  certificate: "A LibvirtTlsPki with both hosts makes it; or set migration.tls to false",
  emulator: "Install it (Debian: `apt-get install qemu-system-x86`), or set emulator",
};

/** @param certificates files of tlsCredsDir that QEMU opens there */
export async function startFindings(
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

export const certificateFiles = (
  { tlsCredsDir }: QemuGuestOptions["migration"],
  names: readonly string[],
): Requirement[] => names.map((name) => ({ kind: "certificate", what: `${tlsCredsDir}/${name}` }));

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
