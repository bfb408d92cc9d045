/** Whether one hypervisor's libvirt can talk to another's over TLS, as a migration from peer to peer does. */
import type { Host } from "../host/host";
import { runScript } from "../host/script";
import { defaultTlsPort } from "./daemon-settings";
import { type HandshakeFailure, handshakeFailure } from "./handshake-errors";

export interface Peer {
  name: string;
  address: string;
}

export interface FailedHandshake {
  peer: string;
  uri: string;
  failure: HandshakeFailure;
  /** libvirt's last line. */
  said: string;
}

const tlsUri = (address: string, port = defaultTlsPort) =>
  `qemu+tls://${address.includes(":") ? `[${address}]` : address}${port === defaultTlsPort ? "" : `:${port}`}/system`;

const seconds = "20";
const script = `
  seconds=$1; shift
  for uri in "$@"; do
    said=$(timeout "$seconds" virsh --connect "$uri" uri 2>&1 > /dev/null) && code=0 || code=$?
    [ "$code" -ne 127 ] || { virsh --version > /dev/null; }
    echo "$code $(printf '%s' "$said" | base64 -w 0)"
  done`;

/** @returns those that failed */
export async function handshakes(
  host: Host,
  peers: readonly Peer[],
  port: number,
  signal: AbortSignal,
): Promise<FailedHandshake[]> {
  if (peers.length === 0) return [];
  const uris = peers.map(({ address }) => tlsUri(address, port));
  const timeoutMs = 60_000 + peers.length * 21_000;
  const { stdout } = await runScript(host, script, [seconds, ...uris], { signal, timeoutMs });
  const answers = stdout.trimEnd().split("\n");
  return peers.flatMap(({ name }, index) => {
    const [code = "", text = ""] = answers[index]?.split(" ") ?? [];
    const said = Buffer.from(text, "base64").toString();
    const failure = handshakeFailure(Number(code), said);
    return failure ? [{ peer: name, uri: uris[index] ?? "", failure, said: said.trim().split("\n").at(-1) ?? "" }] : [];
  });
}
