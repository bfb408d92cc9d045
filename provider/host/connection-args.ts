import { bracketed } from "../util/address";

/** How a host is reached over SSH. `~/.ssh/config` is not read: what is not here is not used. */
export interface ConnectionArgs {
  /** Name or IP address. */
  address: string;
  /** @default 22 */
  port?: number;
  /** @default "root" */
  user?: string;
  /**
   * The key that the host must show: `SHA256:…` fingerprints as `ssh-keygen -lf` prints them, or whole public keys
   * (`ssh-ed25519 AAAA…`). Any one of several will do.
   *
   * @default what `knownHosts` has for the address
   */
  hostKey?: string | readonly string[];
  /**
   * File with known hosts, `~` allowed.
   *
   * @default "~/.ssh/known_hosts"
   * @see https://man.openbsd.org/sshd#SSH_KNOWN_HOSTS_FILE_FORMAT
   */
  knownHosts?: string;
  /** Socket of an ssh agent, or false to use none. @default `SSH_AUTH_SOCK` */
  agent?: string | false;
  /** File with a private key, `~` allowed. @default the usual ones in `~/.ssh` that can be read */
  identityFile?: string;
  /**
   * A private key itself, instead of a file. Secret: encrypted in the state. But Pulumi's own log at `-v=9` shows the
   * inputs of every resource, secret or not, so prefer `identityFile` or `agent`, which keep the key out of Pulumi.
   */
  privateKey?: string;
  /** Opens `identityFile` or `privateKey`. Secret. */
  passphrase?: string;
  /** A host to go through. */
  proxyJump?: ConnectionArgs;
  /** Run commands by `sudo -n`, which must not ask for a password. @default true for any user but root */
  sudo?: boolean;
  /** Time for reaching the host and logging in. @default 30 */
  connectTimeoutSeconds?: number;
}

/** How messages name a host, e.g. `root@10.77.0.11` or `admin@hv-a:2222`. */
export function hostLabel({ user = "root", address, port = 22 }: ConnectionArgs): string {
  return `${user}@${bracketed(address)}${port === 22 ? "" : `:${port}`}`;
}

/** What must never be shown of it. */
export function connectionSecrets({ privateKey, passphrase, proxyJump }: ConnectionArgs): string[] {
  const own = [privateKey, passphrase].filter((secret) => secret !== undefined);
  return proxyJump ? [...own, ...connectionSecrets(proxyJump)] : own;
}
