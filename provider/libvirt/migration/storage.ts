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
import { runScript, sh } from "../../host/script";
import { disksOf } from "../definition/disks";
import type { CopyStorage } from "./options";

/** Path of the mark: the image holds nothing that is needed. */
const mark = sh`.kvm-live-spare`;

export interface CopiedImage {
  disk: string;
  path: string;
}

/** Pure. @returns the images of the named disks, and what is wrong with the names */
export function copiedImages(
  definition: string,
  { disks }: Pick<CopyStorage, "disks">,
): { images: CopiedImage[]; problems: string[] } {
  const has = disksOf(definition);
  const images = disks.flatMap((disk) => {
    const path = has.find(({ target }) => target === disk)?.file;
    return path === undefined ? [] : [{ disk, path }];
  });
  const known = has.map(({ target }) => target).join(", ") || "none";
  const problems = disks.flatMap((disk) =>
    images.some((image) => image.disk === disk)
      ? []
      : [`migration.copyStorage.disks: the domain has no disk ${disk} with an image file (it has ${known}).`],
  );
  return { images, problems };
}

interface ImageFacts {
  path: string;
  format: string;
  virtualSize: number;
  backing?: { path: string; format: string };
}

/** Asked on the host where the guest runs. */
async function imageFacts(
  host: RemoteHost,
  images: readonly CopiedImage[],
  signal: AbortSignal,
): Promise<ImageFacts[]> {
  return Promise.all(
    images.map(async ({ path }) => {
      const command = ["qemu-img", "info", "--force-share", "--output=json", "--", path];
      const info = JSON.parse((await host.run(command, { signal })).stdout);
      const backing = info["backing-filename"];
      return {
        path,
        format: info.format,
        virtualSize: info["virtual-size"],
        ...(backing && { backing: { path: backing, format: info["backing-filename-format"] ?? "raw" } }),
      };
    }),
  );
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

const makeImage = sh`uuid=$1 path=$2 format=$3 size=$4 backing=$5 backing_format=$6
  if [ -e "$path" ] && [ "$(cat -- "$path${mark}" 2>/dev/null)" != "$uuid" ]; then echo "$path exists." >&2; exit 1; fi
  printf '%s' "$uuid" > "$path${mark}"
  rm -f -- "$path"
  if [ -n "$backing" ]; then set -- -b "$backing" -F "$backing_format"; else set --; fi
  qemu-img create -q -f "$format" "$@" -- "$path" "$size"`;

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
  for (const { path, format, virtualSize, backing } of await imageFacts(from, images, signal)) {
    const below = mode === "incremental" && backing ? [backing.path, backing.format] : ["", ""];
    await runScript(to, makeImage, [uuid, path, format, String(virtualSize), ...below], { signal });
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

/** The guest runs elsewhere with copies of these images. */
export async function releaseImages(host: RemoteHost, uuid: string, images: readonly CopiedImage[]): Promise<void> {
  const script = sh`uuid=$1; shift; for path; do printf '%s' "$uuid" > "$path${mark}"; done`;
  await runScript(host, script, [uuid, ...images.map(({ path }) => path)]);
}
