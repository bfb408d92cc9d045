/** Why images could not be copied along with a guest. */
import type { RemoteHost } from "../../host/host";
import { runScript, sh } from "../../host/script";
import type { Finding } from "../../placement/preflight/finding";
import { disksOf } from "../definition/disks";
import type { CopyStorage } from "../migration/options";
import { type CopiedImage, copiedImages, mark } from "../migration/storage";

/** Pure: what is wrong with the disks that are named. @param hostName where the guest runs */
export function copiedDiskFindings(
  hostName: string,
  definition: string,
  { disks, mode }: Pick<CopyStorage, "disks" | "mode">,
): Finding[] {
  const has = disksOf(definition);
  const images = copiedImages(definition, { disks });
  const subject = "migration.copyStorage.disks";
  const known = has.map(({ target }) => target).join(", ") || "none";
  const unknown = disks
    .filter((disk) => !images.some((image) => image.disk === disk))
    .map((disk): Finding => {
      const seen = `${subject}: the domain has no disk ${disk} with an image file.`;
      return { code: "copied-disk-unknown", hostName, subject, seen, fix: `Name disks that it has (${known}).` };
    });
  const readonly = disks
    .filter((disk) => has.some(({ target, isReadonly }) => target === disk && isReadonly))
    .map((disk): Finding => {
      const seen = `${subject}: ${disk} is read-only, and libvirt copies no such disk.`;
      const fix = "Leave it out, and put its image on the destination.";
      return { code: "copied-disk-read-only", hostName, subject, seen, fix };
    });
  const baseless = mode === "incremental" ? images.filter(({ backing }) => backing === undefined) : [];
  const unnamed = baseless.map(
    ({ disk }): Finding => ({
      code: "copied-disk-base-unknown",
      hostName,
      subject: "migration.copyStorage.mode",
      seen: `migration.copyStorage.mode is incremental, and the definition does not say what the image of ${disk} is based on. What the image itself says could be the guest's.`,
      fix: "Add its <backingStore>, as `virsh dumpxml` of the running guest shows it.",
    }),
  );
  return [...unknown, ...readonly, ...unnamed];
}

/** One answer per line: `foreign PATH`, `no folder PATH`, or `ok PATH`. */
const checkPaths = sh`uuid=$1; shift
  for path; do
    folder=$(dirname -- "$path")
    if [ ! -d "$folder" ]; then echo "no folder $folder"
    elif [ -e "$path" ] && [ "$(cat -- "$path${mark}" 2>/dev/null)" != "$uuid" ]; then echo "foreign $path"
    else echo "ok $path"
    fi
  done`;

/** @returns why the images cannot be made there */
export async function copyTargetFindings(
  { name: hostName, host }: { name: string; host: RemoteHost },
  uuid: string,
  images: readonly CopiedImage[],
  signal: AbortSignal,
): Promise<Finding[]> {
  if (images.length === 0) return [];
  const { stdout } = await runScript(host, checkPaths, [uuid, ...images.map(({ path }) => path)], { signal });
  return stdout.split("\n").flatMap((line): Finding[] => {
    const foreign = /^foreign (.*)$/.exec(line)?.[1];
    const folder = /^no folder (.*)$/.exec(line)?.[1];
    if (foreign !== undefined) {
      const seen = `${hostName} has a file ${foreign} already, and copyStorage would overwrite it.`;
      const fix = "Move or delete it if nothing needs it.";
      return [{ code: "copy-target-exists", hostName, subject: foreign, seen, fix }];
    }
    if (folder === undefined) return [];
    const seen = `${hostName} has no folder ${folder} for the copy of the image.`;
    return [{ code: "copy-folder-missing", hostName, subject: folder, seen, fix: "Create it." }];
  });
}
