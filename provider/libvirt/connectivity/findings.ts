/** Tries whether libvirt on the source can reach libvirt on the destination, as it will for the move. */

import type { Candidate } from "../../placement/observe/candidate";
import type { Finding } from "../../placement/preflight/finding";
import type { FindingCode } from "../../placement/preflight/finding-codes";
import { journalAdvice } from "../daemon/flavours";
import { controlUri } from "../migration/command";
import type { MigrationOptions } from "../migration/options";
import { connectTo } from "./connect";
import { type LoginFailure, loginFailure } from "./ssh-errors";
import { type HandshakeFailure, handshakeFailure } from "./tls-errors";

/** @returns why it cannot */
export async function controlFindings(
  from: Candidate,
  to: Candidate,
  options: Pick<MigrationOptions, "uri">,
  signal: AbortSignal,
): Promise<Finding[]> {
  const answers = await connectTo(from.host, [controlUri(to, options)], signal);
  return answers.flatMap(({ uri, exitCode, stderr, said, certificateStatus }): Finding[] => {
    const failure = isSsh(uri) ? loginFailure(exitCode, stderr) : handshakeFailure(exitCode, stderr, certificateStatus);
    if (failure === undefined) return [];
    const fix = fixes(uri, { from: from.name, to: to.name, said })[failure] ?? said.replace(/\.$/, "");
    const seen = `libvirt on ${from.name} cannot talk to ${uri} (${to.name}): ${failure}.`;
    return [{ code: codes[failure], hostName: from.name, subject: uri, seen, fix: `${fix}.` }];
  });
}

const codes: Readonly<Record<HandshakeFailure | LoginFailure, FindingCode>> = {
  "no answer": "libvirt-silent",
  "nothing listens": "libvirt-not-listening",
  "no libvirt there": "libvirt-missing",
  failed: "libvirt-refuses",
  "certificate expired": "certificate-expired",
  "certificate not valid yet": "certificate-not-yet-valid",
  "certificate revoked": "certificate-revoked",
  "certificate of another authority": "certificate-of-another-authority",
  "certificate not trusted": "certificate-not-trusted",
  "certificate unusable": "certificate-unusable",
  "refused by the other side": "certificate-refused",
  "name mismatch": "certificate-for-other-names",
  "host key refused": "ssh-host-key-refused",
  "login refused": "ssh-login-refused",
  "no ssh here": "ssh-missing",
};

const isSsh = (uri: string) => uri.startsWith("qemu+ssh");

type Fixes = Partial<Record<HandshakeFailure | LoginFailure, string>>;

function fixes(uri: string, { from, to: peer, said }: { from: string; to: string; said: string }): Fixes {
  const renew = "run `pulumi refresh` and `pulumi up` of its LibvirtTlsPki";
  const setUp = "a LibvirtSshAccess with both hosts sets it up";
  if (isSsh(uri))
    return {
      "host key refused": `root's known_hosts has no such key for ${peer}: ${setUp}`,
      "login refused": `root's key is not accepted on ${peer}: ${setUp}`,
    };
  const noAnswer = { "no answer": "Look at the firewall and the network between the two" };
  if (uri.startsWith("qemu+tcp"))
    return {
      ...noAnswer,
      "nothing listens": `Nothing listens there: set libvirtd.listenTcp of a LibvirtTlsPki with ${peer} among its hosts`,
      failed: `libvirt there asks for credentials that the other host does not have: see libvirtd.authTcp of LibvirtTlsPki`,
    };
  return {
    ...noAnswer,
    "nothing listens": `Nothing listens there: a LibvirtTlsPki with ${peer} among its hosts sets it up`,
    "certificate expired": `${peer}'s certificate has expired, by the clock of ${from} (timedatectl): ${renew}`,
    "certificate not valid yet": `${peer}'s certificate is not valid yet, by the clock of ${from}: compare the hosts' clocks (timedatectl)`,
    "certificate revoked": `${peer}'s certificate is in the revocation list of ${from} (/etc/pki/CA/cacrl.pem): have another one issued, or give a list without it`,
    "certificate of another authority": `${from} does not know the authority of ${peer}'s certificate: put both hosts into one LibvirtTlsPki`,
    // libvirt says "not trusted" of one that has expired, too.
    "certificate not trusted": `libvirt says "${said}". Either another authority has signed it: put both hosts into one LibvirtTlsPki. Or it is revoked, has expired, or is not valid yet: ${renew}, and compare the hosts' clocks (timedatectl)`,
    "certificate unusable": `libvirt on ${from} says of its own files: "${said}". To have others made, ${renew}`,
    "refused by the other side": `${peer} does not take the certificate of ${from}: it may be of another authority, revoked, or out of date by the clock of ${peer} (timedatectl), or missing in its tls_allowed_dn_list. \`${journalAdvice("listener")}\` on ${peer} says which`,
    "name mismatch": `${peer}'s certificate is for other names: put it into a LibvirtTlsPki under the address it is reached by`,
  };
}
