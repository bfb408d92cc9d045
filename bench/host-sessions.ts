/** Counts what sshd of a lab host has been asked for, by its own log. */
import type { LabHost } from "../lab/lab-host";

/** Makes sshd log each session; again is fine. */
export async function logSessions(hosts: readonly LabHost[]): Promise<void> {
  const script = `echo 'LogLevel VERBOSE' > /etc/ssh/sshd_config.d/bench.conf
    systemctl reload ssh`;
  await Promise.all(hosts.map((host) => host.script(script)));
}

/** For each host: logins and sessions since a moment of its clock, without those of the connection that asks. */
const count = `port=\${SSH_CONNECTION#* }
  port=\${port%% *}
  journalctl -q -u ssh -o cat --since "@$1" | grep -v " port $port " > /run/bench-sessions || true
  grep -c '^Starting session' /run/bench-sessions || true
  grep -c '^Accepted publickey ' /run/bench-sessions || true`;

export interface SessionCount {
  since(): Promise<{ commands: number[]; connections: number[] }>;
}

export async function countSessions(hosts: readonly LabHost[]): Promise<SessionCount> {
  const begun = await Promise.all(hosts.map(async (host) => (await host.exec(["date", "+%s.%6N"])).stdout.trim()));
  return {
    since: async () => {
      const counted = await Promise.all(
        hosts.map(async (host, index) => (await host.script(count, begun[index] ?? "")).stdout.split("\n").map(Number)),
      );
      return {
        commands: counted.map(([commands = 0]) => commands),
        connections: counted.map(([, connections = 0]) => connections),
      };
    },
  };
}
