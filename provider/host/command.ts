/**
 * Turns an argv array into one POSIX shell command line. Every value that reaches a shell goes through here.
 *
 * @param argv program and arguments, each taken literally
 * @throws RangeError when argv is empty or an argument holds a NUL byte, which no command line can carry
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02
 */
export function quoteCommand(argv: readonly string[]): string {
  const [program, ...rest] = argv;
  if (program === undefined) throw new RangeError("A command needs at least a program to run.");
  return [quote(program, isPlainProgram), ...rest.map((argument) => quote(argument, isPlainArgument))].join(" ");
}

const RESERVED_WORDS = new Set(
  "case coproc do done elif else esac fi for function if in select then time until while".split(" "),
);

const isPlainArgument = (value: string) => /^[A-Za-z0-9_%+=:,./@-]+$/.test(value);

/** `A=b` in the first place would be an assignment, and `if` the start of a statement. */
const isPlainProgram = (value: string) => isPlainArgument(value) && !value.includes("=") && !RESERVED_WORDS.has(value);

function quote(value: string, isPlain: (value: string) => boolean): string {
  if (value.includes("\0")) throw new RangeError(`A command argument holds a NUL byte: ${JSON.stringify(value)}.`);
  // fish reads \' and \\ within single quotes: outside of them all shells agree on a backslash.
  return isPlain(value) ? value : `'${value.replaceAll(/['\\]/g, (character) => `'\\${character}'`)}'`;
}
