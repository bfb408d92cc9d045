/** Errors of a host as types. Each message says what happened, why as far as it is known, and what to do. */
import { endOf, printable } from "../util/printable";

export class HostError extends Error {
  /** @param host the host as messages name it, e.g. `root@10.77.0.11` */
  constructor(
    readonly host: string,
    message: string,
  ) {
    super(printable(message));
    this.name = new.target.name;
  }
}

/** No connection could be made. Nothing is known about the host, so nothing may be taken for absent there. */
export class HostUnreachable extends HostError {
  /** @param isRefused whether the host itself has said no: then it is not off */
  constructor(
    host: string,
    reason: string,
    readonly isRefused = false,
  ) {
    super(host, `${host} cannot be reached: ${reason}. Nothing is known about what runs there.`);
  }
}

/** The host showed an unknown key, or another one than the known one. */
export class HostKeyRefused extends HostError {
  constructor(
    host: string,
    /** Fingerprint of the host's key, as `SHA256:…`. */
    readonly fingerprint: string,
    reason: string,
    fix: string,
  ) {
    super(host, `${host} showed the host key ${fingerprint}, ${reason}. ${fix}`);
  }
}

/** The host refused every login that was tried. */
export class LoginRefused extends HostError {
  constructor(host: string, tried: readonly string[]) {
    const attempts = tried.length > 0 ? `Tried: ${tried.join(", ")}` : "No private key was found to try";
    super(
      host,
      `${host} refused the login. ${attempts}. Add the public key to the user's authorized_keys there, or set identityFile, privateKey or agent.`,
    );
  }
}

/** A private key or an agent cannot be used. Thrown before any host is contacted. */
export class CredentialUnusable extends HostError {
  constructor(host: string, what: string, reason: string, fix: string) {
    super(host, `${what} for ${host} cannot be used: ${reason}. ${fix}`);
  }
}

/** The configuration of ssh on this machine says something that cannot be followed. Thrown before any host is contacted. */
export class ConfigUnusable extends HostError {
  constructor(host: string, reason: string) {
    super(
      host,
      `The connection to ${host} is not clear: ${reason}. Mend it there, or set sshConfig: false, which leaves the configuration of ssh unread, and what is needed of it in the program.`,
    );
  }
}

/** The user may not run commands by sudo without a password. */
export class SudoRefused extends HostError {
  constructor(host: string, said: string) {
    super(
      host,
      `sudo on ${host} does not let this user run commands without a password: ${said}. Add a NOPASSWD rule for the user, or connect as root.`,
    );
  }
}

/** The user's login shell does not run commands as a POSIX shell does. */
export class LoginShellRefused extends HostError {
  constructor(host: string, said: string) {
    const quoted = said === "" ? "" : ` It said: ${said}`;
    super(
      host,
      `The login shell of the user on ${host} does not run a command as a POSIX shell does, so nothing was run there.${quoted}\nSet another shell there (\`chsh -s /bin/sh USER\`), or log in as another user.`,
    );
  }
}

/** The connection broke while a command ran there. It may have finished, failed half-way, or still be running. */
export class ConnectionLost extends HostError {
  constructor(host: string, command: string, reason: string) {
    super(
      host,
      `The connection to ${host} was lost (${reason}) while this ran there: ${inBrief(command)}\nIt may have taken effect.`,
    );
  }
}

/** A command did not end in time. It may have taken effect, or still be running. */
export class CommandTimedOut extends HostError {
  constructor(host: string, command: string, timeoutMs: number) {
    super(
      host,
      `Command timed out after ${timeoutMs / 1000} s on ${host}: ${inBrief(command)}\nIt may have taken effect, or still be running.`,
    );
  }
}

/** A command printed more than is read. It was left; it may have taken effect. */
export class OutputTooLong extends HostError {
  constructor(host: string, command: string, maximumBytes: number) {
    const limit = `${maximumBytes / 1024 / 1024} MiB`;
    super(host, `${host} sent more than ${limit} in answer to this, which is not read: ${inBrief(command)}`);
  }
}

/** A conversation had no answer in time, from the command or from its host. */
export class NoAnswer extends HostError {
  constructor(host: string, what: string, timeoutMs: number) {
    super(host, `${what}: no answer from ${host} within ${timeoutMs / 1000} s.`);
  }
}

/** The command of a conversation has ended. */
export class ConversationEnded extends HostError {
  constructor(host: string, what: string, reason: string) {
    super(host, `${what}: ${reason} on ${host}.`);
  }
}

/** The command ended well, and what it printed is not what it prints. Nothing is known about what was asked. */
export class AnswerIncomplete extends HostError {
  constructor(host: string) {
    super(
      host,
      `${host}: the answer of a script is not complete, or is not the script's: nothing follows from it. See what a login shell prints there (\`ssh ${host} true\`), and try again.`,
    );
  }
}

/** The host answered that the socket cannot be reached. OpenSSH says "open failed" whatever the reason. */
export class SocketClosed extends HostError {
  constructor(
    host: string,
    readonly what: string,
    /** Path of the unix socket. */
    readonly path: string,
    readonly reason: string,
  ) {
    super(
      host,
      `${what}: ${path} on ${host} cannot be reached (${reason}). Either nothing is listening, or its backlog is full, or sshd forbids stream-local forwarding for root logins (AllowStreamLocalForwarding in sshd_config(5)).`,
    );
  }
}

/** A command ended with an exit code other than 0. Holds its whole result, with secrets redacted. */
export class CommandFailed extends HostError {
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;

  constructor(host: string, result: Omit<CommandFailed, keyof HostError>, hint?: string) {
    const said = endOf(result.stderr) || endOf(result.stdout);
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

/** A program is not installed on the host. */
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

/** The first line of a command: the rest of a script tells a user nothing. */
const inBrief = (command: string): string => command.replace(/\n[\s\S]*/, " …");
