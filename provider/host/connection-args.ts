import { bracketed } from "../util/address";

/** SSH connection to a host. Where it says nothing, the user's configuration of ssh counts; see docs/connections.md. */
export interface ConnectionArgs {
  /** Name or IP address, without user or port. */
  address: string;
  /** TCP port of sshd. @default what `sshConfig` has for the address, else 22 */
  port?: number;
  /** User to log in as; one other than root needs `sudo`. @default what `sshConfig` has for the address, else "root" */
  user?: string;
  /**
   * Host key that the host must show: a `SHA256:…` fingerprint as `ssh-keygen -lf` prints it, or a whole public key
   * (`ssh-ed25519 AAAA…`). Of several, any one is accepted.
   *
   * @default the keys that known_hosts files have for the address
   */
  hostKey?: string | readonly string[];
  /**
   * Path of a known_hosts file on this machine; `~` is expanded. No other file counts then.
   *
   * @default what `sshConfig` has, else the files that ssh reads: `known_hosts` and `known_hosts2` in `~/.ssh`, and
   * `ssh_known_hosts` and `ssh_known_hosts2` in `/etc/ssh`
   * @see https://man.openbsd.org/sshd#SSH_KNOWN_HOSTS_FILE_FORMAT
   */
  knownHosts?: string;
  /** Path of an ssh agent's socket, or false to use no agent. @default the environment variable `SSH_AUTH_SOCK` */
  agent?: string | false;
  /**
   * Path of a private key on this machine; `~` is expanded.
   *
   * @default what `sshConfig` has, else `id_ed25519`, `id_ecdsa` and `id_rsa` in `~/.ssh`, if they can be read
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
  /** Jump host that the connection goes through. @default what `sshConfig` has for the address, else none */
  proxyJump?: ConnectionArgs;
  /**
   * Path of a configuration file of ssh on this machine, for what is not set here; `~` is expanded. False reads none.
   *
   * @default "~/.ssh/config", and then "/etc/ssh/ssh_config"
   * @see https://man.openbsd.org/ssh_config
   */
  sshConfig?: string | false;
  /** True runs commands with `sudo -n`, which must not ask for a password. @default true for any user but root */
  sudo?: boolean;
  /** Timeout of connecting and logging in, in seconds, up to 3600. @default 30 */
  connectTimeoutSeconds?: number;
}

/** The name of a host in messages, e.g. `root@10.77.0.11` or `admin@hv-a:2222`. */
export function hostLabel({ user = "root", address, port = 22, givenAddress = address }: Labelled): string {
  return `${user}@${bracketed(givenAddress)}${port === 22 ? "" : `:${port}`}`;
}

/** @property givenAddress the program's, when the configuration of ssh has another one */
type Labelled = Pick<ConnectionArgs, "user" | "address" | "port"> & { givenAddress?: string };

/** The secrets of a connection, which no message may show. */
export function connectionSecrets({ privateKey, passphrase, proxyJump }: Secrets): string[] {
  const own = [privateKey, passphrase].filter((secret) => secret !== undefined);
  return proxyJump ? [...own, ...connectionSecrets(proxyJump)] : own;
}

type Secrets = Omit<ConnectionArgs, "proxyJump"> & { proxyJump?: Secrets };
