/** Pure: what an exit code means. */
import { CommandFailed, ToolMissing } from "./errors";
import type { CommandResult } from "./host";
import { debianPackageOf, missingTool } from "./tools";

/** @throws CommandFailed on an exit code other than 0 */
export function failedOnExitCode(label: string, result: CommandResult): CommandResult {
  if (result.exitCode !== 0) throw new CommandFailed(label, result);
  return result;
}

/** @param hide takes secrets out of what is thrown. @throws ToolMissing when the program is not installed there */
export function missingOnExitCode(
  label: string,
  argv: readonly string[],
  result: CommandResult,
  hide: (result: CommandResult) => CommandResult = (shown) => shown,
): CommandResult {
  const tool = missingTool(argv, result.exitCode, result.stderr);
  if (tool === undefined) return result;
  throw new ToolMissing(label, hide(result), tool, debianPackageOf(tool));
}
