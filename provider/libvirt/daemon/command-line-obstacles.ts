/** Pure: what of libvirtd's command line keeps its settings from being in force. */
import { posix } from "node:path";
import { commandLine, type ServiceStart } from "./command-line";
import { libvirtdOptions } from "./options";
import { confPath } from "./settings";

export interface StartFacts {
  /** What systemd starts libvirtd with; undefined when it does not say it. */
  start: ServiceStart | undefined;
  /** Words of the libvirtd that runs; undefined when none does. */
  running: readonly string[] | undefined;
}

/** In words that go on from the host's name. */
export function commandLineObstacles({ start, running }: StartFacts): string[] {
  const shown = "`systemctl cat libvirtd.service`";
  if (!start) return [`does not tell what systemd starts libvirtd with: see what ${shown} prints`];
  const next = obstacles(commandLine(start), "starts");
  if (next.length > 0) return next.map((what) => `${what}: change its command line, see ${shown}`);
  return running ? obstacles(running, "still runs").map((what) => `${what}: \`systemctl restart libvirtd\``) : [];
}

function obstacles([program = "", ...words]: readonly string[], verb: string): string[] {
  if (posix.basename(program) !== "libvirtd")
    return [`${verb} libvirtd by ${program || "no command"}, so its arguments are not known`];
  const options = libvirtdOptions(words);
  if ("refused" in options) return [`${verb} libvirtd with ${options.refused}, which it does not take`];
  const { listens, config } = options;
  return [
    ...(listens ? [`${verb} libvirtd with --listen, which conflicts with systemd's sockets`] : []),
    ...(config !== undefined && posix.resolve("/", config) !== confPath
      ? [`${verb} libvirtd with the configuration file ${config || '""'}, so what is in ${confPath} is in no force`]
      : []),
  ];
}
