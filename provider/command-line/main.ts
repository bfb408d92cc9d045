/** Runs a command line: finds its command in the table, and makes an exit code of how it ends. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HostError } from "../host/errors";
import { PlacementUnclear } from "../placement/migration/wait-until-settled";
import { Argument, CommanderError, Option, Command as Parser } from "../util/commander";
import type { Command, Session } from "./command";
import { commands } from "./commands";
import { type ExitCode, exitCodes, NotFoundOut, UsageError } from "./exit-codes";

/** The exit code of a command that throws, by the kind of its error. */
const endings: readonly (readonly [abstract new (...args: never[]) => Error, ExitCode])[] = [
  [UsageError, exitCodes.usage],
  [NotFoundOut, exitCodes.unknown],
  [HostError, exitCodes.unknown],
  [PlacementUnclear, exitCodes.wrong],
];

/** @param argv what follows the program's name. @param name of the program, for its help */
export async function main(argv: readonly string[], session: Session, name = "kvm-live"): Promise<ExitCode> {
  const { screen, signal } = session;
  let code: ExitCode = exitCodes.well;
  const program = new Parser(name)
    .description("Guests on plain libvirt hosts, looked at over ssh. It changes nothing on any host.")
    .version(version(), "--version", "print the version")
    .helpCommand(false)
    .showHelpAfterError("Add --help to see how it is used.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => screen.print(text.trimEnd()),
      writeErr: (text) => screen.complain(text.trimEnd()),
      getOutHelpWidth: () => (Number.isFinite(screen.columns) ? screen.columns : 100),
    });
  for (const command of commands)
    added(program, command).action(async (...given: unknown[]) => {
      const [options, words] = [given.at(-2) as Record<string, unknown>, given.slice(0, -2).flat()];
      code = await command.run({ words: words.filter((word) => word !== undefined).map(String), options }, session);
    });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.well : exitCodes.usage;
    const [, ended] = endings.find(([kind]) => error instanceof kind) ?? [];
    if (ended === undefined) throw error;
    screen.complain((error as Error).message);
    return ended;
  }
}

function added(program: Parser, { name, summary, arguments: words = [], options }: Command): Parser {
  const parser = program.command(name).description(summary);
  for (const [syntax, meaning] of words) parser.addArgument(new Argument(syntax, meaning));
  for (const { flags, meaning, isRequired = false, default: value } of options) {
    const option = new Option(flags, meaning).makeOptionMandatory(isRequired);
    parser.addOption(value === undefined ? option : option.default(value));
  }
  return parser.exitOverride();
}

function version(): string {
  const file = join(__dirname, "..", "..", "package.json");
  return String((JSON.parse(readFileSync(file, "utf8")) as { version: unknown }).version);
}
