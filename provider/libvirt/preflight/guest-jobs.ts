/** What goes on with a guest that a migration would not wait for: block jobs, and a backup. */
import type { RemoteHost } from "../../host/host";
import { askRecords, firstOf, recordFunctions, valuesOf } from "../../host/records";
import { sh } from "../../host/script";
import type { Finding } from "../../placement/preflight/finding";
import { oneLine } from "../../util/printable";

export interface GuestJobs {
  hasBackup: boolean;
  /** What `virsh blockjob` says of each disk, by its target. */
  blockJobs: ReadonlyMap<string, string>;
}

const script = sh`${recordFunctions}uuid=$1; shift
  record backup "$(virsh --connect qemu:///system backup-dumpxml "$uuid" 2> /dev/null)"
  for disk; do record blockjob "$disk" "$(virsh --connect qemu:///system blockjob "$uuid" "$disk" 2>&1)"; done`;

/** @param disks targets, e.g. `vda` */
export async function guestJobsOf(
  host: RemoteHost,
  uuid: string,
  disks: readonly string[],
  signal: AbortSignal,
): Promise<GuestJobs> {
  const records = await askRecords(host, script, [uuid, ...disks], { signal });
  return {
    hasBackup: firstOf(records, "backup").includes("<domainbackup"),
    blockJobs: new Map(valuesOf(records, "blockjob").map(([disk = "", said = ""]) => [disk, said])),
  };
}

/** Pure. */
export function jobFindings(
  guest: { name: string; uuid: string },
  hostName: string,
  { hasBackup, blockJobs }: GuestJobs,
): Finding[] {
  const { name, uuid } = guest;
  const backup: Finding = {
    code: "backup-running",
    hostName,
    subject: "backup",
    seen: `A backup of ${name} is under way on ${hostName}, and libvirt does not move it meanwhile.`,
    fix: `Wait for its end, or end it: \`virsh domjobabort ${uuid}\` there.`,
  };
  return [
    ...(hasBackup ? [backup] : []),
    ...[...blockJobs].flatMap(([disk, said]) => blockJobFindings(guest, hostName, disk, said.trim())),
  ];
}

/** A job is one line, `Block Copy: [ 42 %]`; an error says `error:`. */
function blockJobFindings(
  { name, uuid }: { name: string; uuid: string },
  hostName: string,
  disk: string,
  said: string,
): Finding[] {
  const about = { hostName, subject: `disk ${disk}` };
  // A guest that has ended or was saved since it was looked at has no jobs; the move itself finds that it is gone.
  if (/^No current block job|^error: .*domain is not running/m.test(said)) return [];
  const job = /^([A-Z][\w ]+): +\[/m.exec(said)?.[1];
  if (job === undefined)
    return [
      {
        ...about,
        code: "unknown-facts",
        seen: `It is not known whether a block job of ${name}'s disk ${disk} runs on ${hostName}, which would keep it from moving: ${oneLine(said, 300) || "libvirt says nothing"}.`,
        fix: `Look there: \`virsh blockjob ${uuid} ${disk}\`.`,
      },
    ];
  return [
    {
      ...about,
      code: "block-job-running",
      seen: `${job} of ${name}'s disk ${disk} is under way on ${hostName}, and libvirt does not move a guest meanwhile.`,
      fix: `Wait for its end, or end it there: \`virsh blockjob ${uuid} ${disk} --abort\`, or \`--pivot\` for a copy that is complete.`,
    },
  ];
}
