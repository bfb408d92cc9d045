/**
 * The name that a destination lets in: the subject of the certificate that QEMU shows on the source. A source that lies
 * about it shuts itself out, or lets another in to whom it could give its guest anyway.
 */
import { runScript, sh } from "../../host/script";
import type { Candidate } from "../../placement/observe/candidate";
import type { Finding } from "../../placement/preflight/finding";
import { gnutlsSubject } from "../../util/subject";
import { NotInState } from "../errors";

const script = sh`[ ! -e "$1" ] || cat -- "$1"`;

async function certificateOn({ host }: Candidate, tlsCredsDir: string, signal: AbortSignal): Promise<string> {
  return (await runScript(host, script, [pathIn(tlsCredsDir)], { signal })).stdout;
}

const pathIn = (tlsCredsDir: string) => `${tlsCredsDir}/client-cert.pem`;

/** @returns why it cannot be known which name to let in; nothing when the file is missing, which is found elsewhere */
export async function subjectFindings(source: Candidate, tlsCredsDir: string, signal: AbortSignal): Promise<Finding[]> {
  const text = await certificateOn(source, tlsCredsDir, signal);
  return text === "" || gnutlsSubject(text) !== undefined ? [] : [noSubject(source.name, pathIn(tlsCredsDir))];
}

/** @throws NotInState when there is none, or none whose spelling is certain */
export async function sourceSubject(source: Candidate, tlsCredsDir: string, signal: AbortSignal): Promise<string> {
  const subject = gnutlsSubject(await certificateOn(source, tlsCredsDir, signal));
  if (subject === undefined) {
    const { seen, fix } = noSubject(source.name, pathIn(tlsCredsDir));
    throw new NotInState(`${seen} ${fix}`);
  }
  return subject;
}

const noSubject = (hostName: string, path: string): Finding => ({
  code: "certificate-without-subject",
  hostName,
  subject: path,
  seen: `${path} on ${hostName} has no subject that the destination could be told to let in.`,
  fix: `Use a certificate with a subject of its own for each host, made of the attributes C, ST, L, O, OU and CN, e.g. O=Example,CN=${hostName}; or set migration.tls to false.`,
});
