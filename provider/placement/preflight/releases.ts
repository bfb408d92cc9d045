/** Pure: releases of libvirt and QEMU that do not go together. @see docs/findings.md */
import { compareVersions, isAtLeast } from "../../util/version";
import type { Finding } from "./finding";

interface Releases {
  name: string;
  /** Empty where it is not told; undefined without libvirt. */
  libvirtVersion?: string | undefined;
  qemuVersion: string;
}

interface Move {
  from: Releases;
  to: Releases;
  /** Threads of each core that the guest has. */
  threads: number;
  hasPostCopy: boolean;
}

interface KnownBad {
  applies(move: Move): boolean;
  /** What goes wrong, as a sentence. */
  what: string;
  /** How that is known, as the end of a sentence. */
  known: string;
  fix: string;
}

const within = (version: string | undefined, first: string, before: string) =>
  version !== undefined && isAtLeast(version, first) && !isAtLeast(version, before);

/** Everything that is known to go wrong between two releases, and is not seen otherwise. */
const knownBad: readonly KnownBad[] = [
  {
    applies: ({ from, to }) => within(to.qemuVersion, "10.1", "10.1.2") && !isAtLeast(from.qemuVersion, "10.1"),
    what: "QEMU 10.1.0 and 10.1.1 cannot load every guest of QEMU 10.0 and older",
    known: "read in the changelog of 10.1.2, not tried",
    fix: "Update QEMU on the destination to 10.1.2 or newer.",
  },
  {
    applies: ({ from, to, threads }) =>
      within(from.libvirtVersion, "11.3", "11.10") && isAtLeast(to.qemuVersion, "10.0") && threads > 1,
    what: "libvirt 11.3 to 11.9 finds an extra feature ht where a guest whose cores have several threads arrives at QEMU 10.0 or newer",
    known: "read in the release notes of libvirt 11.10, not tried",
    fix: "Update libvirt to 11.10 or newer, or give the guest one thread a core.",
  },
  {
    applies: ({ to, hasPostCopy }) => hasPostCopy && within(to.libvirtVersion, "11.2", "11.4"),
    what: "libvirt 11.2 and 11.3 crash as the destination of a post-copy that is resumed, so one that is interrupted could not be finished",
    known: "read in the release notes of libvirt 11.4, not tried",
    fix: "Update libvirt on the destination to 11.4 or newer, or leave migration.postCopy out.",
  },
];

/** Newer releases take guests of older ones; the other way round nobody promises it. */
export function releaseFindings(guest: string, move: Move): Finding[] {
  const { from, to } = move;
  return [...unknown(from), ...unknown(to), ...older(guest, from, to), ...knownBadFindings(move)];
}

const unknown = ({ name, libvirtVersion, qemuVersion }: Releases): Finding[] =>
  libvirtVersion === undefined || (libvirtVersion !== "" && qemuVersion !== "")
    ? []
    : [
        {
          code: "unknown-facts",
          hostName: name,
          subject: "version",
          seen: `libvirt on ${name} does not say which release of libvirt and QEMU it has (\`virsh version --daemon\`), so it is not known whether they go with the other host's.`,
          fix: "Compare them by hand.",
        },
      ];

function older(guest: string, from: Releases, to: Releases): Finding[] {
  const isOlder = (here: string, there: string) =>
    here !== "" && there !== "" && compareVersions(minor(there), minor(here)) < 0;
  const which = [
    isOlder(from.qemuVersion, to.qemuVersion) && `QEMU ${to.qemuVersion} after ${from.qemuVersion}`,
    isOlder(from.libvirtVersion ?? "", to.libvirtVersion ?? "") &&
      `libvirt ${to.libvirtVersion} after ${from.libvirtVersion}`,
  ].filter((one) => typeof one === "string");
  if (which.length === 0) return [];
  return [
    {
      code: "older-release",
      hostName: to.name,
      subject: "version",
      seen: `${guest} goes from ${from.name} to an older release on ${to.name}: ${which.join(", ")}, which nobody promises. Guests of a machine type that both have were moved from QEMU 10.0 back to 7.2 for a trial.`,
      fix: `Update ${to.name} where you can; a guest that the older release does not take stays where it is.`,
    },
  ];
}

/** A release that only mends faults is as good as the one before. */
const minor = (version: string): string => version.split(".").slice(0, 2).join(".");

const knownBadFindings = (move: Move): Finding[] =>
  knownBad
    .filter(({ applies }) => applies(move))
    .map(({ what, known, fix }) => ({
      code: "known-bad-releases",
      hostName: move.to.name,
      subject: "version",
      seen: `${described(move.from)}, ${described(move.to)}: ${what} (${known}).`,
      fix,
    }));

const described = ({ name, libvirtVersion, qemuVersion }: Releases): string =>
  `${name} has ${libvirtVersion === undefined ? "" : `libvirt ${libvirtVersion} and `}QEMU ${qemuVersion}`;
