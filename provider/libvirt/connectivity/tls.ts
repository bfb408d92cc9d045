/** Tries whether one hypervisor's libvirt can talk to another's over TLS, as a peer-to-peer migration does. */
import type { RemoteHost } from "../../host/host";
import { connectTo } from "./connect";
import { type HandshakeFailure, handshakeFailure } from "./tls-errors";
import { tlsUri } from "./uri";

export interface TlsPeer {
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

/** @returns those that failed */
export async function handshakes(
  host: RemoteHost,
  peers: readonly TlsPeer[],
  port: number,
  signal: AbortSignal,
): Promise<FailedHandshake[]> {
  const uris = peers.map(({ address }) => tlsUri(address, port));
  const answers = await connectTo(host, uris, signal);
  return answers.flatMap(({ uri, exitCode, stderr, said, certificateStatus }, index) => {
    const failure = handshakeFailure(exitCode, stderr, certificateStatus);
    return failure ? [{ peer: peers[index]?.name ?? "", uri, failure, said }] : [];
  });
}
