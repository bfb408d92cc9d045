/** Pure: what of a daemon's command line keeps its settings from being in force. */
import { posix } from "node:path";
import { commandLine, type ServiceStart } from "./command-line";
import type { Daemon } from "./flavours";
import { daemonOptions } from "./options";

export interface StartFacts {
  /** What systemd starts the daemon with; undefined when it does not say it. */
  start: ServiceStart | undefined;
  /** Words of the one that runs; undefined when none does. */
  running: readonly string[] | undefined;
}

/** In words that go on from the host's name. */
export function commandLineObstacles(daemon: Daemon, { start, running }: StartFacts): string[] {
  const { name, service } = daemon;
  const shown = `\`systemctl cat ${service}\``;
  if (!start) return [`does not tell what systemd starts ${name} with: see what ${shown} prints`];
  const next = obstacles(daemon, commandLine(start), "starts");
  if (next.length > 0) return next.map((what) => `${what}: change its command line, see ${shown}`);
  return running
    ? obstacles(daemon, running, "still runs").map((what) => `${what}: \`systemctl restart ${name}\``)
    : [];
}

function obstacles(daemon: Daemon, [program = "", ...words]: readonly string[], verb: string): string[] {
  const { name, confPath } = daemon;
  if (posix.basename(program) !== name)
    return [`${verb} ${name} by ${program || "no command"}, so its arguments are not known`];
  const options = daemonOptions(words, daemon);
  if ("refused" in options) return [`${verb} ${name} with ${options.refused}, which it does not take`];
  const { listens, config } = options;
  return [
    ...(listens ? [`${verb} ${name} with --listen, which conflicts with systemd's sockets`] : []),
    ...(config !== undefined && posix.resolve("/", config) !== confPath
      ? [`${verb} ${name} with the configuration file ${config || '""'}, so what is in ${confPath} is in no force`]
      : []),
  ];
}
