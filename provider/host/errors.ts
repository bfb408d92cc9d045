/** What can go wrong with a host, as types. Each message says what happened, why as far as is known, and what to do. */

export class HostError extends Error {
  /** @param host the host as messages name it, e.g. `root@10.77.0.11` */
  constructor(
    readonly host: string,
    message: string,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** No connection could be made: nothing is known about the host, least of all that something is absent there. */
export class HostUnreachable extends HostError {
  constructor(host: string, reason: string) {
    super(host, `${host} cannot be reached: ${reason}. Nothing is known about what runs there.`);
  }
}

/** The host showed a key that nothing vouches for, or another one than is known. */
export class HostKeyRefused extends HostError {
  constructor(
    host: string,
    /** What the host showed, as `SHA256:…`. */
    readonly fingerprint: string,
    reason: string,
    fix: string,
  ) {
    super(host, `${host} showed the host key ${fingerprint}, ${reason}. ${fix}`);
  }
}

/** The host let nobody in with what there was to try. */
export class LoginRefused extends HostError {
  constructor(host: string, tried: readonly string[]) {
    const attempts = tried.length > 0 ? `Tried: ${tried.join(", ")}` : "There was no key to try";
    super(
      host,
      `${host} refused the login. ${attempts}. Add the public key to the user's authorized_keys there, or set identityFile, privateKey or agent.`,
    );
  }
}

/** A private key or an agent that cannot be used. Found before any host is touched. */
export class CredentialUnusable extends HostError {
  constructor(host: string, what: string, reason: string, fix: string) {
    super(host, `${what} for ${host} cannot be used: ${reason}. ${fix}`);
  }
}

export class SudoRefused extends HostError {
  constructor(host: string, said: string) {
    super(
      host,
      `sudo on ${host} does not let this user run commands without a password: ${said}. Give it a NOPASSWD rule, or connect as root.`,
    );
  }
}

/** The connection broke while a command ran there: it may have run, half run, or still be running. */
export class ConnectionLost extends HostError {
  constructor(host: string, command: string, reason: string) {
    super(
      host,
      `The connection to ${host} was lost (${reason}) while this ran there: ${inBrief(command)}\nIt may have taken effect.`,
    );
  }
}

export class CommandTimedOut extends HostError {
  constructor(host: string, command: string, timeoutMs: number) {
    super(
      host,
      `No end after ${timeoutMs / 1000} s on ${host}: ${inBrief(command)}\nIt may have taken effect, or still be running.`,
    );
  }
}

/** A command that is talked with has said nothing in time, or its host has not. */
export class NoAnswer extends HostError {
  constructor(host: string, what: string, timeoutMs: number) {
    super(host, `${what}: no answer from ${host} within ${timeoutMs / 1000} s.`);
  }
}

/** A command that is talked with is no longer there. */
export class ConversationEnded extends HostError {
  constructor(host: string, what: string, reason: string) {
    super(host, `${what}: ${reason} on ${host}.`);
  }
}

/** The host answered: nothing can be reached at that socket. OpenSSH says "open failed" whatever the reason. */
export class SocketClosed extends HostError {
  constructor(
    host: string,
    readonly what: string,
    /** The unix socket's. */
    readonly path: string,
    readonly reason: string,
  ) {
    super(
      host,
      `${what}: ${path} on ${host} cannot be reached (${reason}). Either nothing listens there, or as many as it lets wait do so already, or, where root logs in itself, its sshd forbids it (AllowStreamLocalForwarding in sshd_config(5)).`,
    );
  }
}

/** A command that ended with something else than 0; it has all that a finished one has, secrets redacted. */
export class CommandFailed extends HostError {
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;

  constructor(host: string, result: Omit<CommandFailed, keyof HostError>, hint?: string) {
    const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-20).join("\n");
    const ended = result.exitCode < 0 ? "was ended by a signal" : `ended with exit code ${result.exitCode}`;
    const head = `${host}: ${inBrief(result.command)}\n${ended} after ${(result.durationMs / 1000).toFixed(1)} s`;
    super(host, [said ? `${head}:\n${said}` : `${head}.`, hint].filter(Boolean).join("\n"));
    this.command = result.command;
    this.exitCode = result.exitCode;
    this.stdout = result.stdout;
    this.stderr = result.stderr;
    this.durationMs = result.durationMs;
  }
}

/** A program that is not installed there. */
export class ToolMissing extends CommandFailed {
  constructor(
    host: string,
    result: Omit<CommandFailed, keyof HostError>,
    readonly tool: string,
    debianPackage: string | undefined,
  ) {
    const fix = debianPackage ? `: on Debian, \`apt-get install ${debianPackage}\`` : "";
    super(host, result, `There is no ${tool} on ${host}. Install it${fix}.`);
  }
}

/** A script shows by its first line: what follows is ours, and tells a reader nothing. */
const inBrief = (command: string): string => command.replace(/\n[\s\S]*/, " …");
