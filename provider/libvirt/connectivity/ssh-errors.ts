/** Pure: what virsh, ssh and the other side say when a connection by ssh does not come about, as a reason with a name. */
import { startAdvice } from "../daemon/flavours";

export type LoginFailure =
  | "nothing listens"
  | "no answer"
  | "host key refused"
  | "login refused"
  | "no libvirt there"
  | "no ssh here"
  | "failed";

/** ssh's own words, and those of the shell on the other side. */
const words: readonly [RegExp, LoginFailure][] = [
  [/Host key verification failed/, "host key refused"],
  [/Permission denied|Too many authentication failures/, "login refused"],
  [/Connection refused/, "nothing listens"],
  [
    /No route to host|timed out|Network is unreachable|Could not resolve hostname|kex_exchange_identification|Connection (closed|reset) by \S+ port/,
    "no answer",
  ],
  [/Cannot find 'ssh' in path/, "no ssh here"],
  [/nc: (command )?not found|Failed to connect socket|failed to connect to libvirt|virtproxyd/i, "no libvirt there"],
];

const timedOut = 124; // timeout(1)

export function loginFailure(exitCode: number, stderr: string): LoginFailure | undefined {
  if (exitCode === 0) return undefined;
  if (exitCode === timedOut) return "no answer";
  return words.find(([pattern]) => pattern.test(stderr))?.[1] ?? "failed";
}

/** True of a failure that may pass by itself: sshd lets only ten clients wait for a login at a time. */
export const isTransientLogin = (failure: LoginFailure) => failure === "no answer";

/** Hints for failures whose messages do not say what to look for. */
export const loginHints: Partial<Record<LoginFailure, string>> = {
  "login refused":
    "sshd there has to let root in with a key (PermitRootLogin, AuthorizedKeysFile), and to see the connection come from the Host's address.",
  "no libvirt there": `The other host needs virt-ssh-helper or nc (netcat-openbsd), and libvirt (${startAdvice}).`,
};
