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
export const mark = sh`.kvm-live-spare`;

export interface CopiedImage {
  disk: string;
  path: string;
  /** As the definition says: what is in the image is the guest's, which could claim anything. */
  format: string;
  backing?: { path: string; format: string };
}

/** Pure: the images of the named disks. */
export function copiedImages(definition: string, { disks }: Pick<CopyStorage, "disks">): CopiedImage[] {
  const has = disksOf(definition);
  return disks.flatMap((disk): CopiedImage[] => {
    const found = has.find(({ target }) => target === disk);
    if (found?.file === undefined) return [];
    const { file: path, format, backing } = found;
    return [{ disk, path, format, ...(backing && { backing }) }];
  });
}

/** Asked on the host where the guest runs. */
async function virtualSize(host: RemoteHost, { path, format }: CopiedImage, signal: AbortSignal): Promise<number> {
  const command = ["qemu-img", "info", "--force-share", "-f", format, "--output=json", "--", path];
  return Number(JSON.parse((await host.run(command, { signal })).stdout)["virtual-size"]);
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
