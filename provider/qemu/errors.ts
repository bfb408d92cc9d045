/** The failures of a QEMU and of its QMP monitor, as types. */
import { HostError } from "../host/errors";
import { endOf } from "../util/printable";

/** QEMU did not answer in time: it hangs, or another client holds its monitors. What it does is unknown. */
export class MonitorTimedOut extends HostError {
  /** @param awaited the missing message, e.g. `answer to query-status` */
  constructor(host: string, label: string, awaited: string, timeoutMs: number) {
    super(host, `${label} on ${host}: no ${awaited} within ${timeoutMs / 1000} s.`);
  }
}

/** The session ended before QEMU's answer. QEMU may have run the command: observe it again. */
export class MonitorClosed extends HostError {
  constructor(host: string, label: string, reason = "QEMU ended or the connection broke before it answered") {
    super(host, `${label} on ${host}: ${reason}.`);
  }
}

/** QEMU refused a command; the message has its reason. */
export class QmpError extends HostError {
  constructor(
    host: string,
    label: string,
    readonly command: string,
    /** @example "GenericError" */
    readonly errorClass: string,
    readonly desc: string,
  ) {
    super(host, `${label} on ${host}: ${command}: ${desc}`);
  }
}

/** The guest's state has changed since it was observed, so nothing was done. */
export class NotInState extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotInState";
  }
}

/** A QEMU ended although it should run; the message has its last output. */
export class QemuEnded extends Error {
  constructor(name: string, host: string, lastOutput: string) {
    const output = endOf(lastOutput);
    const lines = [`The QEMU of ${name} on ${host} has ended:`, output || "it printed nothing.", hintFor(output)];
    super(lines.filter(Boolean).join("\n"));
    this.name = "QemuEnded";
  }
}

/** Hints for output of QEMU that does not name the fix by itself. */
const hints: readonly [pattern: RegExp, hint: string][] = [
  [/Failed to get "write" lock/, "Another QEMU has the image open: look for a second copy of the guest first."],
  [/Address already in use/, "Another process listens on that port of the host: stop it, or use another port."],
  [
    /Cannot assign requested address/,
    "The host does not have this address: set migrationAddress of its Host to one that it has.",
  ],
  [
    /Permission denied/,
    "QEMU runs as the owner of its images unless user is set: that user needs access to every file that QEMU opens.",
  ],
  [
    /TLS x509 authz check for .* is denied/,
    "The destination lets in only the subject that client-cert.pem of the source had when the move began, and whoever has connected shows another.",
  ],
  [/tls|certificate|x509/i, "A LibvirtTlsPki with both hosts issues certificates that each accepts from the other."],
];

/** @param output text that QEMU printed */
export const hintFor = (output: string): string | undefined => hints.find(([pattern]) => pattern.test(output))?.[1];
