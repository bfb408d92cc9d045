/** Pure: whether the destination of a move may start a QEMU with what the source says of its own. */
import { argumentProblems } from "./problems";

/**
 * Arguments that come from a host are checked as those of a program are: QEMU is started with them as root.
 *
 * @param commandLine as the source's unit has recorded it
 * @param problem why it is not known for certain; undefined when it is
 * @returns why the guest cannot move with it, in a phrase
 */
export function handedOnProblem(commandLine: readonly string[], problem: string | undefined): string | undefined {
  if (problem !== undefined) return problem;
  const [first] = argumentProblems(commandLine);
  return first && `its command line there cannot be used elsewhere: ${first}`;
}
