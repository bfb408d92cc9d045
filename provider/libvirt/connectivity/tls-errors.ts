/** Pure: what virsh says when a TLS connection does not come about, as a reason with a name. */
export type HandshakeFailure =
  | "nothing listens"
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
  [/known issuer|not trusted|failed validation against|signer|revoked/i, "certificate not trusted"],
  [
    /[Ss]erver verification \(of our certificate or IP address\) failed|read TLS confirmation|DN is not|allowed list/,
    "refused by the other side",
  ],
  [/No route to host|timed out|Network is unreachable|Temporary failure|Name or service/, "no answer"],
  [/Cannot read|Unable to (set|load)|expired|not yet (active|valid)|does not permit/, "certificate unusable"],
];

const timedOut = 124; // timeout(1)

export function handshakeFailure(exitCode: number, stderr: string): HandshakeFailure | undefined {
  if (exitCode === 0) return undefined;
  if (exitCode === timedOut) return "no answer";
  return words.find(([pattern]) => pattern.test(stderr))?.[1] ?? "failed";
}

/** True of a failure that may pass by itself: the daemon is just starting. */
export const isTransientHandshake = (failure: HandshakeFailure) =>
  failure === "nothing listens" || failure === "no answer";
