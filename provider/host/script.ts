/** POSIX shell that runs on hosts: constant text, which test/checks/shell.test.ts finds, parses and lints. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandResult, RemoteHost, RunOptions } from "./host";

declare const shellText: unique symbol;

/** Shell text made by {@link sh} or {@link scriptFile}. It never holds a value: values go in as `$1`, `$2` … */
export type ShellText = string & { readonly [shellText]: true };

/**
 * Tag for a script of a few lines. Backslashes stay as they are written; only constants may be interpolated, so that the
 * check can read the text without running anything.
 */
export const sh = (strings: TemplateStringsArray, ...constants: readonly (ShellText | number)[]): ShellText =>
  String.raw(strings, ...constants) as ShellText;

/** A longer script, a file beside the module that runs it: `scriptFile(__dirname, "observe-mount.sh")`. */
export const scriptFile = (folder: string, name: string): ShellText =>
  readFileSync(join(folder, name), "utf8") as ShellText;

/**
 * Runs shell text as root with `set -e`.
 *
 * @param values the script's arguments, each arriving as it is
 * @throws CommandFailed on an exit code other than 0
 */
export function runScript(
  host: RemoteHost,
  text: ShellText,
  values: readonly string[] = [],
  options: RunOptions = {},
): Promise<CommandResult> {
  return host.run(["sh", "-ec", text, "sh", ...values], options);
}
