/** Pure: whether the clocks of two hosts agree, as far as that can be told from answers that take their time. */
import type { Finding } from "./finding";
import type { MachineFacts } from "./machine-facts";

type Host = { name: string } & Pick<MachineFacts, "clockAheadMs">;

/** Certificates are dated to the second; NTP keeps clocks within some milliseconds. */
const allowedMs = 60_000;

export function clockFindings(from: Host, to: Host): Finding[] {
  const apartMs = to.clockAheadMs.atLeast - from.clockAheadMs.atMost;
  const behindMs = from.clockAheadMs.atLeast - to.clockAheadMs.atMost;
  const leastMs = Math.max(apartMs, behindMs);
  const about = { subject: "clock", hostName: to.name } as const;
  if (Number.isNaN(leastMs))
    return [
      {
        ...about,
        code: "unknown-facts",
        seen: `It is not known whether the clocks of ${from.name} and ${to.name} agree: \`date\` gave no time.`,
        fix: "Compare them (`timedatectl`).",
      },
    ];
  if (leastMs <= allowedMs) return [];
  return [
    {
      ...about,
      code: "clocks-apart",
      seen: `The clock of ${to.name} is at least ${span(leastMs)} ${apartMs > 0 ? "ahead of" : "behind"} that of ${from.name}.`,
      fix: "Certificates are valid on one host and not on the other then, and a guest's clock leaps with the move. Let both follow one time server (`timedatectl set-ntp true`).",
    },
  ];
}

function span(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`;
}
