import { bracketed } from "../util/address";

/** SSH connection to a host. `~/.ssh/config` is not read: only these fields count. */
export interface ConnectionArgs {
  /** Name or IP address, without user or port. */
  address: string;
  /** TCP port of sshd. @default 22 */
  port?: number;
  /** User to log in as; one other than root needs `sudo`. @default "root" */
  user?: string;
  /**
   * Host key that the host must show: a `SHA256:…` fingerprint as `ssh-keygen -lf` prints it, or a whole public key
   * (`ssh-ed25519 AAAA…`). Of several, any one is accepted.
   *
   * @default the keys that `knownHosts` has for the address
   */
  hostKey?: string | readonly string[];
  /**
   * Path of a known_hosts file on this machine; `~` is expanded.
   *
   * @default "~/.ssh/known_hosts"
   * @see https://man.openbsd.org/sshd#SSH_KNOWN_HOSTS_FILE_FORMAT
   */
  knownHosts?: string;
  /** Path of an ssh agent's socket, or false to use no agent. @default the environment variable `SSH_AUTH_SOCK` */
  agent?: string | false;
  /**
   * Path of a private key on this machine; `~` is expanded.
   *
   * @default `id_ed25519`, `id_ecdsa` and `id_rsa` in `~/.ssh`, if they can be read
   */
  identityFile?: string;
  /**
   * A private key as text, instead of a file. Secret: encrypted in the state. Pulumi's log at `-v=9` still shows all
   * inputs, secrets included, so prefer `identityFile` or `agent`, which keep the key out of Pulumi.
   *
   * @default none
   */
  privateKey?: string;
  /** Passphrase of `identityFile` or `privateKey`. Secret. @default none */
  passphrase?: string;
  /** Jump host that the connection goes through. @default none */
  proxyJump?: ConnectionArgs;
  /** True runs commands with `sudo -n`, which must not ask for a password. @default true for any user but root */
  sudo?: boolean;
  /** Timeout of connecting and logging in, in seconds, up to 3600. @default 30 */
  connectTimeoutSeconds?: number;
}

/** The name of a host in messages, e.g. `root@10.77.0.11` or `admin@hv-a:2222`. */
export function hostLabel({ user = "root", address, port = 22 }: ConnectionArgs): string {
  return `${user}@${bracketed(address)}${port === 22 ? "" : `:${port}`}`;
}

/** The secrets of a connection, which no message may show. */
export function connectionSecrets({ privateKey, passphrase, proxyJump }: ConnectionArgs): string[] {
  const own = [privateKey, passphrase].filter((secret) => secret !== undefined);
  return proxyJump ? [...own, ...connectionSecrets(proxyJump)] : own;
}
