import { bracketed } from "../util/address";

/** SSH connection to a host. `~/.ssh/config` is not read. */
export interface ConnectionArgs {
  /** Name or IP address. */
  address: string;
  /** @default 22 */
  port?: number;
  /** @default "root" */
  user?: string;
  /**
   * Accepted host keys: `SHA256:…` fingerprints as `ssh-keygen -lf` prints them, or whole public keys
   * (`ssh-ed25519 AAAA…`). The host must have one of them.
   *
   * @default the keys that `knownHosts` has for the address
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
  /** File with a private key, `~` allowed. @default `id_ed25519`, `id_ecdsa` and `id_rsa` in `~/.ssh`, as far as they can be read */
  identityFile?: string;
  /**
   * A private key as text, instead of a file. It is a secret, encrypted in the state. But Pulumi's own log at `-v=9`
   * shows the inputs of every resource, so prefer `identityFile` or `agent`, which keep the key out of Pulumi.
   */
  privateKey?: string;
  /** Passphrase of `identityFile` or `privateKey`. Secret. */
  passphrase?: string;
  /** Host to connect through, as ssh's ProxyJump. */
  proxyJump?: ConnectionArgs;
  /** Run commands by `sudo -n`, which must not ask for a password. @default true for all users but root */
  sudo?: boolean;
  /** Seconds for connecting and logging in. @default 30 */
  connectTimeoutSeconds?: number;
}

/** Name of a host in messages, e.g. `root@10.77.0.11` or `admin@hv-a:2222`. */
export function hostLabel({ user = "root", address, port = 22 }: ConnectionArgs): string {
  return `${user}@${bracketed(address)}${port === 22 ? "" : `:${port}`}`;
}

/** Values that must never be shown, including those of the hosts on the way. */
export function connectionSecrets({ privateKey, passphrase, proxyJump }: ConnectionArgs): string[] {
  const own = [privateKey, passphrase].filter((secret) => secret !== undefined);
  return proxyJump ? [...own, ...connectionSecrets(proxyJump)] : own;
}
