/** A few lines of POSIX shell in one round trip. */
import type { CommandResult, Host, RunOptions } from "./host";

/**
 * Runs constant shell text as root with `set -e`.
 *
 * @param text never holds a value: values go in as `$1`, `$2` …, each as it is
 * @throws CommandFailed on an exit code other than 0
 */
export function runScript(
  host: Host,
  text: string,
  values: readonly string[] = [],
  options: RunOptions = {},
): Promise<CommandResult> {
  return host.run(["sh", "-ec", text, "sh", ...values], options);
}
