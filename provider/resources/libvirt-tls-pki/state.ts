/** Outputs of `LibvirtTlsPki`, from facts of the hosts. */
import { networkSockets } from "../../libvirt/daemon/differences";
import { withDefaultSettings } from "../../libvirt/daemon/settings";
import { type CertificateFacts, certificateFacts, parseCertificate } from "../../pki/certificate";
import { certificatePath } from "../../pki/layout";
import type { PkiHostFacts, PkiInputs } from "./observe";

/** One hypervisor as it was found. */
export interface DaemonState {
  /** With which the host answers others; absent when there is none. */
  serverCertificate?: CertificateFacts;
  /** With which the host connects to others; absent when there is none. */
  clientCertificate?: CertificateFacts;
  /** Transports and ports that libvirt really listens on, e.g. `tls 16514`. */
  listening: string[];
}

export interface PkiState {
  /** SHA-256 of the certificate of libvirt's authority; empty while there is none. */
  caFingerprint: string;
  /** The same of QEMU's. */
  qemuCaFingerprint: string;
  /** By the names that the program gave to the hosts. */
  daemons: Record<string, DaemonState>;
  /** Every host on which anything of ours is; also one that has left the inputs, until it is clean. */
  hosts: PkiInputs["hosts"];
  /** What an authority outside has given, and what ends soon. */
  ending?: string[];
  /** An input of the run before, as long as it is in the state. */
  authority?: PkiInputs["authority"];
  drift?: string[];
}

export function daemonState({ pki, daemons: [listener] }: PkiHostFacts, args: PkiInputs): DaemonState {
  const facts = (role: "server" | "client") => {
    const certificate = parseCertificate(pki.files.get(certificatePath({ service: "libvirt", role }))?.text);
    return certificate && certificateFacts(certificate);
  };
  const [serverCertificate, clientCertificate] = [facts("server"), facts("client")];
  const sockets = listener ? networkSockets(withDefaultSettings(args.libvirtd), listener.daemon) : [];
  const on = sockets.filter(({ unit, port }) => listener?.units.get(unit)?.isActive && listener.ports.has(port));
  return {
    ...(serverCertificate && { serverCertificate }),
    ...(clientCertificate && { clientCertificate }),
    listening: on.map(({ transport, port }) => `${transport} ${port}`),
  };
}
