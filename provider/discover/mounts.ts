/** Pure: NFS mounts that a program can have, and why it has not the others. */
import { readMark } from "../host/file-mark";
import { mountOptionDifferences, mountOptionProblems, statedMountOptions } from "../nfs/mount-options";
import { parseMountUnit, unitFile } from "../nfs/mount-unit";
import { fstabEntries, isNfs, type MountInfo } from "../nfs/mountinfo";
import { ownedReason } from "./owned";
import { type FoundMount, type LeftOut, nounOf, type SeenHost, type Sorted } from "./seen";

export function mountsOf(hosts: readonly SeenHost[], takeOver: boolean): Sorted {
  const all = hosts.flatMap((host) => host.mounts.filter(isNfs).map((mount) => ({ host, mount })));
  const sorted = all.map(({ host, mount }) => {
    const mark = readMark(unitOf(host, mount.path));
    return { found: mountOf(host, mount), reason: mark && !takeOver ? ownedReason(mark.owner) : undefined };
  });
  return {
    found: sorted.filter(({ reason }) => reason === undefined).map(({ found }) => found),
    leftOut: [
      ...sorted.flatMap(({ found, reason }) => (reason === undefined ? [] : [{ what: nounOf(found), reason }])),
      ...hosts.flatMap(notMounted),
    ],
  };
}

const unitOf = ({ mountUnits }: SeenHost, path: string) =>
  mountUnits.find((unit) => unit.path === unitFile(path))?.text;

function mountOf(host: SeenHost, { path, source, options: effective }: MountInfo): FoundMount {
  const unit = unitOf(host, path);
  const entry = fstabEntries(host.fstab).find((one) => one.path === path);
  const asked = unit === undefined ? entry?.options : parseMountUnit(unit).options;
  const isMet =
    asked && mountOptionProblems(asked).length === 0 && mountOptionDifferences(effective, asked).length === 0;
  const options = isMet ? asked : statedMountOptions(effective);
  return { kind: "NfsMount", host: host.name, source, path, options, owner: readMark(unit)?.owner };
}

function notMounted({ name, fstab, mounts }: SeenHost): LeftOut[] {
  return fstabEntries(fstab)
    .filter(({ type, path }) => /^nfs4?$/.test(type) && !mounts.some((mount) => mount.path === path))
    .map(({ path }) => ({
      what: `the mount at ${path} on ${name}`,
      reason: "/etc/fstab has it, and it is not mounted.",
    }));
}
