/** Tries whether one host's libvirt can open connections to others', as a peer-to-peer migration does. */
import type { RemoteHost } from "../../host/host";
import { runScript, sh } from "../../host/script";

export interface ConnectAnswer {
  uri: string;
  /** virsh's, or 124 of timeout(1). */
  exitCode: number;
  stderr: string;
  /** libvirt's last line. */
  said: string;
}

const seconds = "20";
const script = sh`
  seconds=$1; shift
  for uri in "$@"; do
    said=$(timeout "$seconds" virsh --connect "$uri" uri 2>&1 > /dev/null) && code=0 || code=$?
    [ "$code" -ne 127 ] || { virsh --version > /dev/null; }
    echo "$code $(printf '%s' "$said" | base64 -w 0)"
  done`;

/** @returns an answer for each of `uris`, in their order */
export async function connectTo(
  host: RemoteHost,
  uris: readonly string[],
  signal: AbortSignal,
): Promise<ConnectAnswer[]> {
  if (uris.length === 0) return [];
  const timeoutMs = 60_000 + uris.length * 21_000;
  const { stdout } = await runScript(host, script, [seconds, ...uris], { signal, timeoutMs });
  const answers = stdout.trimEnd().split("\n");
  return uris.map((uri, index) => {
    const [code = "", text = ""] = answers[index]?.split(" ") ?? [];
    const stderr = Buffer.from(text, "base64").toString();
    return { uri, exitCode: Number(code), stderr, said: stderr.trim().split("\n").at(-1) ?? "" };
  });
}
