/**
 * What this provider uses of libvirt and QEMU that not every supported release of them has, and what happens without it.
 * docs/migration.md has the same table; `test/unit/libvirt/features.test.ts` holds both to what the releases print.
 */
import { parallelPostCopySince } from "../placement/migration/parallel-post-copy";
import type { Finding } from "../placement/preflight/finding";
import { isAtLeast } from "../util/version";
import type { MigrationOptions } from "./migration/options";

export interface Versions {
  libvirtVersion: string;
  qemuVersion: string;
}

export interface Feature {
  /** In words that go on from "needs". */
  what: string;
  product: "libvirt" | "QEMU";
  /** First release that has it. */
  since: string;
  /** First release that has it no more. */
  until?: string;
  /** Releases that do it wrong: from the first on, and before the second. */
  broken?: readonly [from: string, mended: string];
  /** What virsh is asked for it. */
  virsh?: { command: string; options: readonly string[] };
  without: Without;
}

type Without =
  /** Another way is taken. */
  | "differs"
  /** By what needs it, when it does. */
  | "refused there"
  /** Before a move whose options ask for it. */
  | { refused: Pick<Finding, "code" | "subject" | "fix"> & { isAsked: (options: MigrationOptions) => boolean } };

export const features = {
  "multifd compression": {
    what: "zlib or zstd with parallelConnections",
    product: "libvirt",
    since: "9.4",
    virsh: { command: "migrate", options: ["--comp-zlib-level", "--comp-zstd-level"] },
    without: {
      refused: {
        code: "compression-unsupported",
        subject: "migration.compression",
        isAsked: ({ compression }) => compression?.method === "zlib" || compression?.method === "zstd",
        fix: "Take xbzrle without parallelConnections, or update libvirt there.",
      },
    },
  },
  "multi-threaded compression": {
    what: "mt",
    product: "QEMU",
    since: "2.4",
    until: "9.1",
    without: {
      refused: {
        code: "compression-unsupported",
        subject: "migration.compression",
        isAsked: ({ compression }) => compression?.method === "mt",
        fix: "Take zstd with parallelConnections.",
      },
    },
  },
  "post-copy of parallel connections": {
    what: "postCopy with parallelConnections",
    product: "QEMU",
    since: parallelPostCopySince,
    without: {
      refused: {
        code: "post-copy-parallel-unsupported",
        subject: "migration.postCopy",
        isAsked: ({ parallelConnections, postCopy }) => parallelConnections !== undefined && postCopy !== undefined,
        fix: "Leave one of the two out, or update QEMU there and start the guest anew.",
      },
    },
  },
  "resumed post-copy": {
    what: "the resume of a post-copy that was interrupted",
    product: "libvirt",
    since: "8.5",
    broken: ["11.2", "11.4"],
    virsh: { command: "migrate", options: ["--postcopy-resume"] },
    without: "refused there",
  },
  "post-copy without a sysctl": {
    what: "post-copy by /dev/userfaultfd",
    product: "libvirt",
    since: "10.1",
    without: "differs",
  },
  "kept TPM": {
    what: "the removal of a definition that keeps the state of its TPM",
    product: "libvirt",
    since: "8.9",
    virsh: { command: "undefine", options: ["--keep-tpm"] },
    without: "refused there",
  },
} as const satisfies Record<string, Feature>;

export type FeatureName = keyof typeof features;

/** The release of what the feature is a part of. */
const releaseFor = ({ product }: Feature, { libvirtVersion, qemuVersion }: Versions): string =>
  product === "libvirt" ? libvirtVersion : qemuVersion;

/** A release that is not known has nothing. */
export function has(feature: Feature, versions: Versions): boolean {
  const { since, until, broken } = feature;
  const version = releaseFor(feature, versions);
  const isIn = (from: string, to: string) => isAtLeast(version, from) && !isAtLeast(version, to);
  if (version === "" || !isAtLeast(version, since)) return false;
  return !(until !== undefined && isAtLeast(version, until)) && !(broken && isIn(...broken));
}

/** Why a host cannot do what these options ask for; undefined when it can. */
export function refusalOf(
  feature: Feature,
  options: MigrationOptions,
  host: { name: string } & Versions,
): Finding | undefined {
  const { what, product, since, until, without } = feature;
  if (typeof without === "string" || !without.refused.isAsked(options) || has(feature, host)) return undefined;
  const { code, subject, fix } = without.refused;
  const { name: hostName } = host;
  const version = releaseFor(feature, host) || "one that is not known";
  const isGone = until !== undefined && isAtLeast(version, until);
  const need = isGone
    ? `${product} has had no ${what} since ${until}`
    : `${what} needs ${product} ${since} or newer on both hosts`;
  return { code, hostName, subject, seen: `${subject}: ${need}, and ${hostName} has ${version}.`, fix };
}
