/** Pure: what virsh says when a TLS connection does not come about, as a reason with a name. */
export type HandshakeFailure =
  | "nothing listens"
  | "certificate expired"
  | "certificate not valid yet"
  | "certificate revoked"
  | "certificate of another authority"
  | "certificate not trusted"
  | "name mismatch"
  | "refused by the other side"
  | "no answer"
  | "certificate unusable"
  | "failed";

/** libvirt's own words, from src/rpc/virnettlscontext.c and virnettlscert.c. */
const words: readonly [RegExp, HandshakeFailure][] = [
  [/Connection refused/, "nothing listens"],
  [/owner does not match the hostname/, "name mismatch"],
  // Its files have to be of its own authority, too.
  [/Our own certificate/, "certificate unusable"],
  [/has been revoked/, "certificate revoked"],
  [/known issuer/, "certificate of another authority"],
  [/not trusted|failed validation against|signer/i, "certificate not trusted"],
  [
    /[Ss]erver verification \(of our certificate or IP address\) failed|read TLS confirmation|DN is not|allowed list/,
    "refused by the other side",
  ],
  [/No route to host|timed out|Network is unreachable|Temporary failure|Name or service/, "no answer"],
  [/Cannot read|Unable to (set|load)|expired|not yet (active|valid)|does not permit/, "certificate unusable"],
];

/**
 * GnuTLS's words for what libvirt calls not trusted.
 *
 * @see https://gitlab.com/gnutls/gnutls/-/blob/master/lib/cert-session.c `gnutls_certificate_verification_status_print`
 */
const statuses: readonly [RegExp, HandshakeFailure][] = [
  [/is revoked/, "certificate revoked"],
  [/expired certificate/, "certificate expired"],
  [/not yet valid/, "certificate not valid yet"],
  [/issuer is unknown/, "certificate of another authority"],
];

const timedOut = 124; // timeout(1)

/** @param certificateStatus what GnuTLS says of the other side's certificate; empty where nothing is wrong with it */
export function handshakeFailure(
  exitCode: number,
  stderr: string,
  certificateStatus = "",
): HandshakeFailure | undefined {
  if (exitCode === 0) return undefined;
  if (exitCode === timedOut) return "no answer";
  const named = (list: typeof words, text: string) => list.find(([pattern]) => pattern.test(text))?.[1];
  const failure = named(words, stderr) ?? "failed";
  return (failure === "certificate not trusted" ? named(statuses, certificateStatus) : undefined) ?? failure;
}

/** True of a failure that may pass by itself: the daemon is just starting. */
export const isTransientHandshake = (failure: HandshakeFailure) =>
  failure === "nothing listens" || failure === "no answer";
