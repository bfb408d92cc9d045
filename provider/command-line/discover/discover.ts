/** `kvm-live discover`: writes a program that takes over what is on hosts. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Discovery, discover as discoverOn, NotDiscovered } from "../../discover";
import { reportOf } from "../../discover/report";
import { type Command, flagOption, type Given, type Session, textOption } from "../command";
import { type ExitCode, exitCodes, NotFoundOut, UsageError } from "../exit-codes";
import { hostsNamed } from "../hosts";
import { sshOption } from "../stack/find-hosts";

export const discover: Command = {
  name: "discover",
  arguments: [["<host...>", "all hypervisors between which guests move, and their file servers"]],
  summary: "write a program that takes over what is there: guests, exports, mounts, certificates",
  options: [
    { flags: "--out <folder>", meaning: "where it is written: a new folder, or an empty one", isRequired: true },
    { flags: "--take-over", meaning: "also what stacks have made whose state is lost" },
    sshOption,
    { flags: "--json", meaning: "for machines: one object" },
  ],
  run,
};

async function run(given: Given, session: Session): Promise<ExitCode> {
  const { screen, signal } = session;
  const folder = textOption(given, "out") ?? "";
  const sshConfig = textOption(given, "sshConfig");
  hostsNamed(given.words, sshConfig);
  if (existsSync(folder) && !isEmpty(folder)) throw new UsageError(`--out ${folder}: must be new or empty.`);
  const done = screen.waitFor(`Reading ${given.words.join(", ")} …`);
  const options = { takeOver: flagOption(given, "takeOver"), ...(sshConfig !== undefined && { sshConfig }), signal };
  const discovery = await discoverOn(given.words, options)
    .catch((error: unknown) => {
      throw error instanceof NotDiscovered ? new NotFoundOut(error.message) : error;
    })
    .finally(done);
  writeFiles(folder, discovery);
  const { files, ...told } = discovery;
  if (flagOption(given, "json")) screen.printJson({ folder, files: Object.keys(files), ...told });
  else screen.print(reportOf(discovery, folder).trimEnd());
  return exitCodes.well;
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return false; // a file
  }
}

/** Nothing that is there is overwritten. */
function writeFiles(folder: string, { files }: Discovery): void {
  try {
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { flag: "wx" });
    }
  } catch (error) {
    throw new UsageError(`--out ${folder} cannot be written: ${(error as Error).message}`);
  }
}
