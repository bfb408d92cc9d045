/** Tries whether one host's libvirt reaches another's by ssh, with nobody there to answer a question. */
import type { RemoteHost } from "../../host/host";
import { connectTo } from "./connect";
import { type LoginFailure, loginFailure } from "./ssh-errors";
import { sshUri } from "./uri";

export interface FailedLogin {
  peer: string;
  uri: string;
  failure: LoginFailure;
  /** libvirt's last line. */
  said: string;
}

/** ssh's BatchMode. @see https://libvirt.org/uri.html#ssh-transport */
const askNothing = "?no_tty=1";

/** @returns those that failed */
export async function logins(
  host: RemoteHost,
  peers: readonly { name: string; address: string; port?: number | undefined }[],
  signal: AbortSignal,
): Promise<FailedLogin[]> {
  const uris = peers.map(({ address, port }) => sshUri(address, port));
  const answers = await connectTo(
    host,
    uris.map((uri) => `${uri}${askNothing}`),
    signal,
  );
  return answers.flatMap(({ exitCode, stderr, said }, index) => {
    const failure = loginFailure(exitCode, stderr);
    return failure ? [{ peer: peers[index]?.name ?? "", uri: uris[index] ?? "", failure, said }] : [];
  });
}
