/** A guest that says where it is: the RARP packet that QEMU sends when a move has ended. */
import { type RunResult, startCommand } from "../process";
import { bridge } from "./network";
import { inNamespace } from "./ssh";

export interface Announcement {
  /** Resolves when it was seen; rejects when the wait ended before. */
  seen: Promise<void>;
  /** Ends the wait; seen already is fine. */
  stop(): void;
}

/**
 * Waits for an announcement of a guest that comes from a host by VXLAN. It waits when this returns.
 *
 * @param mac of the guest, e.g. `52:54:00:12:34:56`
 * @throws Error with tcpdump's message when it does not start
 */
export async function awaitAnnouncement(lab: string, host: string, mac: string): Promise<Announcement> {
  const options = ["-i", bridge, "-n", "--immediate-mode", "-c", "1"];
  let listening = () => {};
  const started = new Promise<void>((resolve) => {
    listening = resolve;
  });
  const onLine = (line: string) => line.includes("listening on") && listening();
  const tcpdump = startCommand(inNamespace(lab, ["tcpdump", ...options, announcementFilter(host, mac)]), { onLine });
  const failed = ({ stderr }: RunResult) => new Error(`tcpdump has seen no announcement: ${stderr.trim()}`);
  await Promise.race([started, tcpdump.done.then((result) => Promise.reject(failed(result)))]);
  const seen = tcpdump.done.then((result) => {
    if (!/^1 packets? captured/m.test(result.stderr)) throw failed(result);
  });
  seen.catch(() => {}); // whoever wants to know awaits it
  return { seen, stop: () => tcpdump.signal("SIGINT") };
}

/**
 * Pure: in the UDP packet, the frame begins after 8 bytes of UDP's and 8 of VXLAN's header; its source is at 6 and its
 * type, RARP, at 12.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7348#section-5
 */
export function announcementFilter(host: string, mac: string): string {
  const digits = mac.replaceAll(":", "");
  const source = `udp[22:4] = 0x${digits.slice(0, 8)} and udp[26:2] = 0x${digits.slice(8)}`;
  return `udp dst port ${vxlanPort} and src host ${host} and ${source} and udp[28:2] = 0x8035`;
}

/** @see https://www.rfc-editor.org/rfc/rfc7348#section-8 */
export const vxlanPort = 4789;
