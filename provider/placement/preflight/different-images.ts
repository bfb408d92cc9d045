/** Pure: the images that a guest would find another one in place of, on another host. */
import type { Finding } from "./finding";
import type { CheckedRequirement } from "./host-requirements";
import { type ImageIdentity, isOnSharedStorage, sameImage } from "./same-image";

/** Copies of a medium are as good as one, as far as can be told: a drive reads them only. */
const sameMedium = (here: ImageIdentity, there: ImageIdentity): boolean =>
  sameImage(here, there) === "same" || sizeOf(here) === sizeOf(there);

const sizeOf = (identity: ImageIdentity): number =>
  identity.type === "file" ? Number(identity.bytes) : Number(identity.sectors) * 512;

interface Hosts {
  from: string;
  to: string;
}

/**
 * The same path may be another file: a guest that moved onto it would go on with another disk.
 *
 * @param trusted paths that the user says are the same everywhere
 */
export function differentImages(
  hosts: Hosts,
  here: readonly CheckedRequirement[],
  there: readonly CheckedRequirement[],
  trusted: readonly string[],
): Finding[] {
  const { from, to: hostName } = hosts;
  return here.flatMap(({ kind, what, identity }): Finding[] => {
    const about = { hostName, subject: what };
    const other = there.find((image) => image.what === what)?.identity;
    if (identity === undefined || other === undefined) return [];
    if (kind === "medium")
      return sameMedium(identity, other)
        ? []
        : [
            {
              code: "medium-different",
              ...about,
              seen: `${what} on ${hostName} is not the medium that it is on ${from}: their sizes differ.`,
              fix: "Put the same one there, or eject it.",
            },
          ];
    const verdict = sameImage(identity, other);
    if (verdict === "same") return [];
    if (verdict === "different")
      return [
        {
          code: "image-different",
          ...about,
          seen: `${what} on ${hostName} is not the same image as on ${from}${whyDifferent(hosts, identity, other)}.`,
          fix: "Both hosts have to have the same storage there.",
        },
      ];
    if (trusted.includes(what)) return [];
    return [
      {
        code: "image-unproven",
        ...about,
        seen: `It is not proven that ${what} is the same image on ${from} and on ${hostName}${whyUnproven(hosts, identity, other)}.`,
        fix: "If you know that it is, name it in migration.trustedImages.",
      },
    ];
  });
}

function whyDifferent({ from, to }: Hosts, here: ImageIdentity, there: ImageIdentity): string {
  if (here.type === "block" && there.type === "block")
    return here.sectors === there.sectors
      ? `: it is ${here.id} on ${from}, ${there.id} on ${to}`
      : ": its size differs";
  if (here.type === "file" && there.type === "file" && !isOnSharedStorage(here) && !isOnSharedStorage(there))
    return `: each has it on a file system of its own (${here.fileSystem}, ${there.fileSystem})`;
  return "";
}

function whyUnproven({ from, to }: Hosts, here: ImageIdentity, there: ImageIdentity): string {
  if (here.type === "block" && there.type === "block") return ": the device has no WWID and no serial number";
  if (here.type === "file" && there.type === "file")
    return `: it comes from ${here.source} on ${from}, from ${there.source} on ${to}`;
  return ": it is a file on one of them, and a block device on the other";
}
