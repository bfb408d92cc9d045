/** Puts certificates and keys to their places: beside first, with owner and mode before the content, then renamed. */
import type { Host } from "../host/host";
import { runScript, scriptFile, sh } from "../host/script";
import type { PkiFacts } from "./inspect";
import { type Issued, stagedKey } from "./issue";
import { asidePath, certificatePath, hypervisorPlaces, keyPath, type Place, untoldPath } from "./layout";

interface Delivery {
  facts: PkiFacts;
  /** The authority's certificate, in PEM. */
  authority: string;
  issued: readonly Issued[];
  /** Files that are kept, to be put back at removal. */
  aside: readonly string[];
  signal: AbortSignal;
}

const script = scriptFile(__dirname, "install.sh");

/** Afterwards the daemon has still to be told: see {@link toldOf}. */
export async function install(host: Host, delivery: Delivery): Promise<void> {
  const { facts, aside, signal } = delivery;
  const files = hypervisorPlaces(facts.qemuGroup).flatMap((place) => {
    const backup = aside.includes(place.path) ? "backup" : "-";
    return [place.path, place.mode, place.group, backup, ...contentOf(place, delivery)];
  });
  await runScript(host, script, [asidePath(""), untoldPath, ...files], { signal });
  await runScript(host, sh`rm -f -- "$@"`, [stagedKey("server"), stagedKey("client")]);
}

/** A key is copied from a file of the same host, and never sent. @returns the file to copy, and text otherwise */
function contentOf({ holds, role }: Place, { facts, authority, issued }: Delivery): [string, string] {
  if (role === undefined) return ["", authority.trimEnd()];
  const fresh = issued.find((one) => one.role === role);
  if (holds === "key") return [fresh ? stagedKey(role) : keyPath(role), ""];
  return ["", (fresh?.certificate ?? facts.files.get(certificatePath(role))?.text ?? "").trimEnd()];
}

/** The daemon knows of its new certificates now. */
export async function noteTold(host: Host): Promise<void> {
  await runScript(host, sh`rm -f -- "$1"`, [untoldPath]);
}
