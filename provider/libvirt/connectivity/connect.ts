/** Tries whether one host's libvirt can open connections to others', as a peer-to-peer migration does. */
import type { RemoteHost } from "../../host/host";
import { runScript, scriptFile } from "../../host/script";
import { endOf } from "../../util/printable";
import { tlsPlaceOf } from "./uri";

export interface ConnectAnswer {
  uri: string;
  /** virsh's, or 124 of timeout(1). */
  exitCode: number;
  stderr: string;
  /** libvirt's last line. */
  said: string;
  /** What is wrong with the other side's certificate, in GnuTLS's words; empty where nothing is, or it cannot be seen. */
  certificateStatus: string;
}

const seconds = "20";
/** Where libvirt looks for it. */
const authorityCertificate = "/etc/pki/CA/cacert.pem";
const script = scriptFile(__dirname, "connect.sh");

/** @returns an answer for each of `uris`, in their order */
export async function connectTo(
  host: RemoteHost,
  uris: readonly string[],
  signal: AbortSignal,
): Promise<ConnectAnswer[]> {
  if (uris.length === 0) return [];
  const timeoutMs = 60_000 + uris.length * 32_000;
  const values = uris.flatMap((uri) => [uri, ...tlsPlaceOf(uri)]);
  const { stdout } = await runScript(host, script, [seconds, authorityCertificate, ...values], { signal, timeoutMs });
  const answers = stdout.trimEnd().split("\n");
  return uris.map((uri, index) => {
    const [code = "", text = "", status = ""] = answers[index]?.split(" ") ?? [];
    const stderr = endOf(decoded(text));
    return {
      uri,
      exitCode: Number(code),
      stderr,
      said: stderr.split("\n").at(-1) ?? "",
      certificateStatus: decoded(status),
    };
  });
}

const decoded = (text: string) => Buffer.from(text, "base64").toString();
