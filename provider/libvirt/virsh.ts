/** Verbs on one domain on one host. @see https://libvirt.org/manpages/virsh.html */
import type { RemoteHost } from "../host/host";
import { runScript, scriptFile, sh } from "../host/script";
import type { Owner } from "../util/owner";
import { type DomainMark, markedDefinition, metadataArguments } from "./definition/domain-xml";

/** A command to the host's own libvirt. */
export const virsh = (...argv: string[]) => ["virsh", "--connect", "qemu:///system", ...argv];

/** Makes it, or changes what it will be at its next start. The XML is validated against libvirt's schema first. */
export async function define(host: RemoteHost, definition: string, owner: Owner | undefined): Promise<void> {
  await host.run(virsh("define", "/dev/stdin", "--validate"), { input: markedDefinition(definition, owner) });
}

/** What it will be at its next start, without what is secret in it. */
export const shownXml = async (host: RemoteHost, uuid: string, signal: AbortSignal): Promise<string> =>
  (await host.run(virsh("dumpxml", uuid, "--inactive"), { signal })).stdout;

/** Starts a transient one: without a definition, so that it is gone when it ends. */
export async function create(host: RemoteHost, definition: string, owner: Owner | undefined): Promise<void> {
  await host.run(virsh("create", "/dev/stdin", "--validate"), {
    input: markedDefinition(definition, owner),
    timeoutMs: startMs,
  });
}

/** Notes whose it is, in what runs and in what it is started from, as far as there is either. */
export async function setOwner(host: RemoteHost, uuid: string, mark: DomainMark): Promise<void> {
  const script = sh`uuid=$1; shift
    state=$(virsh --connect qemu:///system domstate "$uuid")
    [ "$state" = "shut off" ] || set -- "$@" --live
    info=$(virsh --connect qemu:///system dominfo "$uuid")
    case $info in *"Persistent:     yes"*) set -- "$@" --config ;; esac
    virsh --connect qemu:///system metadata "$uuid" "$@"`;
  await runScript(host, script, [uuid, ...metadataArguments(mark)]);
}

/** Starting takes long where images are on slow storage. */
const startMs = 300_000;

export async function start(host: RemoteHost, uuid: string): Promise<void> {
  await host.run(virsh("start", uuid), { timeoutMs: startMs });
}

export async function resume(host: RemoteHost, uuid: string): Promise<void> {
  await host.run(virsh("resume", uuid));
}

export async function setAutostart(host: RemoteHost, uuid: string, enabled: boolean): Promise<void> {
  await host.run(virsh("autostart", uuid, ...(enabled ? [] : ["--disable"])));
}

const undefineScript = scriptFile(__dirname, "undefine.sh");

/**
 * Takes the definition away. A domain that runs would go on without one and be gone after its end, so its state is
 * looked at right before. UEFI variables and the state of its TPM stay. libvirt before 8.9 has no option for the latter, and
 * deletes the state unless the definition says that it is persistent.
 *
 * @throws CommandFailed when it runs, or the state of its TPM would be gone
 */
export async function undefine(host: RemoteHost, uuid: string): Promise<void> {
  await runScript(host, undefineScript, [uuid]);
}

/**
 * Ends it at once, as by pulling the plug, if it is still in this state, as `domstate --reason` prints it.
 *
 * @throws CommandFailed when it is in another
 */
export async function destroyIf(host: RemoteHost, uuid: string, state: string): Promise<void> {
  const script = sh`state=$(virsh --connect qemu:///system domstate "$1" --reason)
    [ "$state" = "$2" ] || { echo "The domain is now $state, not $2, so it was not destroyed." >&2; exit 1; }
    virsh --connect qemu:///system destroy "$1"`;
  await runScript(host, script, [uuid, state]);
}

/** As by the power button. @returns whether it is off by now */
export async function requestShutdown(host: RemoteHost, uuid: string, signal: AbortSignal): Promise<boolean> {
  const script = sh`virsh --connect qemu:///system shutdown "$1" >&2 || true
    virsh --connect qemu:///system domstate "$1"`;
  return (await runScript(host, script, [uuid], { signal })).stdout.trim() === "shut off";
}
