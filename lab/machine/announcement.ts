/** A guest that says where it is: the RARP packet that QEMU sends when a move has ended. */
import { type RunResult, startCommand } from "../process";
import { bridge } from "./network";
import { inNamespace } from "./ssh";

export interface Announcement {
  /** Resolves when it was seen. @throws Error when it is not, in this time from now */
  seen(timeoutMs: number): Promise<void>;
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
  const ended = tcpdump.done.then((result) => Promise.reject(failed(result)));
  ended.catch(() => {}); // it ends after this wait, too
  await Promise.race([started, ended]);
  const stop = () => tcpdump.signal("SIGINT");
  return {
    stop,
    async seen(timeoutMs) {
      const end = setTimeout(stop, timeoutMs);
      const result = await tcpdump.done.finally(() => clearTimeout(end));
      if (!/^1 packets? captured/m.test(result.stderr)) throw failed(result);
    },
  };
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
