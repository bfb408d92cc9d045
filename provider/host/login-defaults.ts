/** Logins of all hosts that do not say otherwise, as the stack's configuration has them. Set once, when the process begins. */
import type { ConnectionArgs } from "./connection-args";
import { type Directive, SshConfigUnusable } from "./ssh-config";

export type LoginDefaults = Pick<ConnectionArgs, "user" | "identityFile" | "knownHosts" | "sshConfig">;

interface Configured {
  login: LoginDefaults;
  /** Why some of it cannot be used; said when a host is asked for something. */
  problem?: string | undefined;
}

let configured: Configured = { login: {} };

export function setLoginDefaults(given: Configured): void {
  configured = given;
}

/** Inputs that say the same as a default in other ways: where one of them is there, the default is not taken. */
const saidBy: Readonly<Record<keyof LoginDefaults, readonly (keyof ConnectionArgs)[]>> = {
  user: ["user"],
  identityFile: ["identityFile", "privateKey"],
  knownHosts: ["knownHosts", "hostKey"],
  sshConfig: ["sshConfig"],
};

/**
 * The connection, and that to its jump host, completed.
 *
 * @throws SshConfigUnusable with the key of the configuration
 */
export function withLoginDefaults(args: ConnectionArgs): { args: ConnectionArgs; taken: Directive[] } {
  const { login, problem } = configured;
  if (problem !== undefined) throw new SshConfigUnusable(problem);
  const keys = (Object.keys(saidBy) as (keyof LoginDefaults)[]).filter(
    (key) => login[key] !== undefined && saidBy[key].every((other) => args[other] === undefined),
  );
  const jump = args.proxyJump && withLoginDefaults(args.proxyJump);
  const taken = keys.map((key) => ({ keyword: key, words: [String(login[key])], place: `kvm:${key}` }));
  return {
    args: {
      ...args,
      ...Object.fromEntries(keys.map((key) => [key, login[key]])),
      ...(jump && { proxyJump: jump.args }),
    },
    taken: [...taken, ...(jump?.taken ?? [])],
  };
}
