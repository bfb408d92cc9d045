/**
 * Images that are copied along with the guest, since its hosts share no storage. QEMU wants one of the same size at the same
 * path on the destination, to write into.
 *
 * An image of which the guest has another, newer copy is marked by a file beside it. Only what is marked so is ever
 * overwritten or taken away.
 *
 * @see https://libvirt.org/manpages/virsh.html#migrate (--copy-storage-all, --migrate-disks)
 */
import type { RemoteHost } from "../../host/host";
import { runScript, scriptFile, sh } from "../../host/script";
import { disksOf } from "../definition/disks";
import type { CopyStorage } from "./options";

/** Path of the mark: the image holds nothing that is needed. */
const mark = sh`.kvm-live-spare`;

export interface CopiedImage {
  disk: string;
  path: string;
  /** As the definition says: what is in the image is the guest's, which could claim anything. */
  format: string;
  backing?: { path: string; format: string };
}

/** Pure. @returns the images of the named disks, and what is wrong with the names */
export function copiedImages(
  definition: string,
  { disks, mode }: Pick<CopyStorage, "disks" | "mode">,
): { images: CopiedImage[]; problems: string[] } {
  const has = disksOf(definition);
  const images = disks.flatMap((disk): CopiedImage[] => {
    const found = has.find(({ target }) => target === disk);
    if (found?.file === undefined) return [];
    const { file: path, format, backing } = found;
    return [{ disk, path, format, ...(backing && { backing }) }];
  });
  const readonly = disks
    .filter((disk) => has.some(({ target, isReadonly }) => target === disk && isReadonly))
    .map(
      (disk) =>
        `migration.copyStorage.disks: ${disk} is read-only, and libvirt copies no such disk. Leave it out, and put its image on the destination.`,
    );
  const known = has.map(({ target }) => target).join(", ") || "none";
  const unknown = disks
    .filter((disk) => !images.some((image) => image.disk === disk))
    .map((disk) => `migration.copyStorage.disks: the domain has no disk ${disk} with an image file (it has ${known}).`);
  const baseless = mode === "incremental" ? images.filter(({ backing }) => backing === undefined) : [];
  const unnamed = baseless.map(
    ({ disk }) =>
      `migration.copyStorage.mode is incremental, and the definition does not say what the image of ${disk} is based on: add its <backingStore>, as \`virsh dumpxml\` of the running guest shows it. What the image itself says could be the guest's.`,
  );
  return { images, problems: [...unknown, ...readonly, ...unnamed] };
}

/** Asked on the host where the guest runs. */
async function virtualSize(host: RemoteHost, { path, format }: CopiedImage, signal: AbortSignal): Promise<number> {
  const command = ["qemu-img", "info", "--force-share", "-f", format, "--output=json", "--", path];
  return Number(JSON.parse((await host.run(command, { signal })).stdout)["virtual-size"]);
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

/** @returns why the images cannot be made there, each with the fix */
export async function storageProblems(
  to: { name: string; host: RemoteHost },
  uuid: string,
  images: readonly CopiedImage[],
  signal: AbortSignal,
): Promise<string[]> {
  const { stdout } = await runScript(to.host, checkPaths, [uuid, ...images.map(({ path }) => path)], { signal });
  return stdout.split("\n").flatMap((line) => {
    const foreign = /^foreign (.*)$/.exec(line)?.[1];
    const folder = /^no folder (.*)$/.exec(line)?.[1];
    if (foreign !== undefined)
      return [
        `${to.name} has a file ${foreign} already, and copyStorage would overwrite it. Move or delete it if nothing needs it.`,
      ];
    return folder === undefined ? [] : [`${to.name} has no folder ${folder} for the copy of the image. Create it.`];
  });
}

/**
 * The image is made in a folder that only root can write to, and then renamed: where others may write to the folder above,
 * nothing is written through a link of theirs.
 */
const makeImage = scriptFile(__dirname, "make-image.sh");

/** Makes empty images on the destination; with backing files for an incremental copy, which sends the top layer only. */
export async function prepareImages(
  from: RemoteHost,
  to: RemoteHost,
  {
    uuid,
    images,
    mode,
    signal,
  }: { uuid: string; images: readonly CopiedImage[]; mode: CopyStorage["mode"]; signal: AbortSignal },
): Promise<void> {
  for (const image of images) {
    const { path, format, backing } = image;
    const below = mode === "incremental" && backing ? [backing.path, backing.format] : ["", ""];
    const size = await virtualSize(from, image, signal);
    await runScript(to, makeImage, [uuid, path, format, String(size), ...below], { signal });
  }
}

/** Takes away what carries the mark. Only when the guest is known not to run there. */
export async function discardImages(host: RemoteHost, uuid: string, images: readonly CopiedImage[]): Promise<void> {
  const script = sh`uuid=$1; shift
    for path; do
      [ "$(cat -- "$path${mark}" 2>/dev/null)" != "$uuid" ] || rm -f -- "$path" "$path${mark}"
    done`;
  await runScript(host, script, [uuid, ...images.map(({ path }) => path)]);
}

/** The guest runs with these images on this host: they are needed from now on. */
export async function keepImages(host: RemoteHost, images: readonly CopiedImage[]): Promise<void> {
  await runScript(
    host,
    sh`for path; do rm -f -- "$path${mark}"; done`,
    images.map(({ path }) => path),
  );
}

/** The guest runs elsewhere with copies of these images. `set -C`: what is there is not written through. */
export async function releaseImages(host: RemoteHost, uuid: string, images: readonly CopiedImage[]): Promise<void> {
  const script = sh`uuid=$1; shift; set -C
    for path; do rm -f -- "$path${mark}"; printf '%s' "$uuid" > "$path${mark}"; done`;
  await runScript(host, script, [uuid, ...images.map(({ path }) => path)]);
}
