/** A command of `kvm-live`, as its table has it. */
import type { ExitCode } from "./exit-codes";
import type { Screen } from "./screen";

export interface Command {
  name: string;
  /** Arguments in commander's syntax, e.g. `[host...]`, and what they are. */
  arguments?: readonly (readonly [syntax: string, meaning: string])[];
  summary: string;
  /** Options in commander's syntax, e.g. `--to <host>`. */
  options: readonly CommandOption[];
  /** @throws UsageError before any host is asked */
  run(given: Given, session: Session): Promise<ExitCode>;
}

export interface CommandOption {
  flags: string;
  meaning: string;
  isRequired?: boolean;
  default?: string;
}

/** The words of a command line. */
export interface Given {
  /** Values of the arguments; those of one that repeats, one after another. */
  words: readonly string[];
  options: Readonly<Record<string, unknown>>;
}

/** The process that a command runs in, as far as the command uses it. */
export interface Session {
  screen: Screen;
  /** Ends the command: Ctrl-C. */
  signal: AbortSignal;
  /** Runs a program of this machine. @returns its standard output. @throws Error with its standard error */
  runHere(file: string, argv: readonly string[]): Promise<string>;
}

/** Pure: an option of one word; undefined when it is not there. */
export const textOption = ({ options }: Given, name: string): string | undefined =>
  typeof options[name] === "string" ? options[name] : undefined;

/** Pure: an option of several words. */
export const listOption = ({ options }: Given, name: string): readonly string[] =>
  Array.isArray(options[name]) ? options[name].map(String) : [];

/** Pure. */
export const flagOption = ({ options }: Given, name: string): boolean => options[name] === true;
