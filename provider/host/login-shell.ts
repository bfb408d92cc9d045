/**
 * sshd gives a command line to the user's login shell, and what that makes of it counts. A shell that does not take our
 * quotes would run something else or nothing, and its exit code would look like the command's own answer.
 */
import { quoteCommand } from "./command";
import type { ExecResult } from "./command-output";

const expected = "it's \\one\n$word";

/** Prints a text that a shell which is no POSIX shell may not pass on as it is. Builtin in most: no process is started. */
export const loginShellProbe: string = quoteCommand(["printf", "%s", expected]);

/** Pure: whether the probe came through; a shell may have printed more before, such as in its start-up files. */
export const passesArguments = ({ exitCode, stdout }: ExecResult): boolean =>
  exitCode === 0 && stdout.endsWith(expected);
