/** What can go wrong with a QEMU that is asked by QMP, as types. */
import { HostError } from "../host/errors";

/** QEMU said nothing in time: it hangs, or serves somebody else. Nothing is known about what it does. */
export class MonitorTimedOut extends HostError {
  /** @param awaited e.g. `answer to query-status` */
  constructor(host: string, what: string, awaited: string, timeoutMs: number) {
    super(host, `${what} on ${host}: no ${awaited} within ${timeoutMs / 1000} s.`);
  }
}

/** It may have done what it was asked for: look again. */
export class MonitorClosed extends HostError {
  constructor(host: string, what: string, reason = "QEMU ended or the connection broke") {
    super(host, `${what} on ${host}: ${reason} before it answered.`);
  }
}

/** QEMU's own words on why it did not do what it was asked for. */
export class QmpError extends HostError {
  constructor(
    host: string,
    what: string,
    readonly command: string,
    /** @example "GenericError" */
    readonly errorClass: string,
    readonly desc: string,
  ) {
    super(host, `${what} on ${host}: ${command}: ${desc}`);
  }
}

/** It has changed since it was looked at, so nothing was done. */
export class NotInState extends Error {
  constructor(message: string) {
    super(message);
    this.name = "NotInState";
  }
}

/** A QEMU that was started and is no more; the message has its own words. */
export class QemuEnded extends Error {
  constructor(name: string, host: string, lastWords: string) {
    const said = lastWords.trim();
    super(
      [`The QEMU of ${name} on ${host} has ended:`, said || "it has said nothing.", hintFor(said)]
        .filter(Boolean)
        .join("\n"),
    );
    this.name = "QemuEnded";
  }
}

/** The rest of what QEMU says is clear by itself. */
const hints: readonly [pattern: RegExp, hint: string][] = [
  [
    /Failed to get "write" lock/,
    "Another QEMU has the image open: look for a second copy of the guest before anything else.",
  ],
  [/Address already in use/, "Something else listens on that port of the host: end it, or take another port."],
  [
    /Cannot assign requested address/,
    "The host has no such address: set migrationAddress of its Host to one that it has.",
  ],
  [
    /Permission denied/,
    "QEMU runs as the owner of its images unless user says otherwise: that user has to reach all that it opens.",
  ],
  [/tls|certificate|x509/i, "A LibvirtTlsPki with both hosts makes certificates that they accept of each other."],
];

export const hintFor = (said: string): string | undefined => hints.find(([pattern]) => pattern.test(said))?.[1];
