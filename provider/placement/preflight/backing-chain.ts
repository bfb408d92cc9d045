/**
 * The images that images are based on, as their headers say.
 *
 * @see https://www.qemu.org/docs/master/tools/qemu-img.html (info)
 */
import { CommandFailed } from "../../host/errors";
import type { RemoteHost } from "../../host/host";
import { runScript, sh } from "../../host/script";
import type { Finding } from "./finding";

export interface Layer {
  path: string;
  format: string;
}

export interface BackingChain {
  /** Paths of all layers below. */
  below: string[];
  /** Images whose headers could not be read. */
  unread: string[];
}

/** A chain that is longer goes in a circle. */
const longestChain = 200;

/** An NFS export that squashes root lets only the image's owner read it. */
const script = sh`info() { "$@" qemu-img info --force-share -f "$format" --output=json -- "$path"; }
  path=$1 format=$2
  info 2>/dev/null || info setpriv --reuid="$(stat -Lc %u -- "$path")" --regid="$(stat -Lc %g -- "$path")" --clear-groups`;

/**
 * Each header is read as the format that the layer above names, never as what it claims to be: a raw image holds what a
 * guest has written.
 */
export async function backingChain(
  host: RemoteHost,
  tops: readonly Layer[],
  signal: AbortSignal,
): Promise<BackingChain> {
  const chains = await Promise.all(tops.map((top) => chainOf(host, top, signal)));
  return { below: chains.flatMap(({ below }) => below), unread: chains.flatMap(({ unread }) => unread) };
}

async function chainOf(host: RemoteHost, top: Layer, signal: AbortSignal): Promise<BackingChain> {
  const below: string[] = [];
  for (let layer: Layer | undefined = top; layer && below.length < longestChain; ) {
    const next: Layer | "unread" | undefined = await layerBelow(host, layer, signal);
    if (next === "unread") return { below, unread: [layer.path] };
    if (next) below.push(next.path);
    layer = next;
  }
  return { below, unread: [] };
}

async function layerBelow(
  host: RemoteHost,
  { path, format }: Layer,
  signal: AbortSignal,
): Promise<Layer | "unread" | undefined> {
  if (format === "raw") return undefined;
  try {
    return layerIn((await runScript(host, script, [path, format], { signal })).stdout);
  } catch (error) {
    if (error instanceof CommandFailed || error instanceof SyntaxError) return "unread";
    throw error;
  }
}

/** Pure. @throws SyntaxError */
export function layerIn(json: string): Layer | undefined {
  const info: Record<string, unknown> = JSON.parse(json);
  const path = info["full-backing-filename"] ?? info["backing-filename"];
  const format = info["backing-filename-format"];
  if (typeof path !== "string" || !path.startsWith("/")) return undefined;
  return { path, format: typeof format === "string" ? format : "raw" };
}

/** What is not read may have any image below it. */
export const unreadHeaders = (hostName: string, { unread }: BackingChain): Finding[] =>
  unread.map((path) => ({
    code: "image-header-unread",
    hostName,
    subject: path,
    seen: `The header of ${path} cannot be read on ${hostName}, so it is not known what it is based on, and whether both hosts have that.`,
    fix: `See \`qemu-img info ${path}\` there.`,
  }));
