/**
 * Pure: the record of the argv that a unit was started with, in a file that only root can read: what a unit says of
 * itself, systemd shows to everybody.
 */

/** One argument a line; what is not printable ASCII, and the backslash, as printf's `%b` has it, byte by byte. */
export const argvRecord = (argv: readonly string[]): string => argv.map((word) => `${escaped(word)}\n`).join("");

const escaped = (word: string) =>
  [...Buffer.from(word)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[ -[\]-~]/.test(character) ? character : `\\0${byte.toString(8).padStart(3, "0")}`;
    })
    .join("");

/** The reverse of {@link argvRecord}. @returns an empty list for what is not whole */
export function argvInRecord(text: string): string[] {
  const lines = text.split("\n");
  return lines.pop() === "" ? lines.map(unescaped) : [];
}

const unescaped = (line: string) =>
  Buffer.from(
    line.replace(/\\0([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
    "latin1",
  ).toString();

/** Environment variable with the argv, of units that earlier versions have started. */
const earlierVariable = "PULUMI_KVM_LIVE_ARGV";

/**
 * @param environment as `systemctl show --property=Environment` prints it
 * @returns an empty list for a unit that no earlier version has started
 */
export function earlierArgv(environment: string): string[] {
  const encoded = new RegExp(`(?:^|\\s)${earlierVariable}=([\\w-]+)`).exec(environment)?.[1];
  try {
    const argv: unknown = JSON.parse(Buffer.from(encoded ?? "", "base64url").toString());
    return Array.isArray(argv) && argv.every((word) => typeof word === "string") ? argv : [];
  } catch {
    return [];
  }
}
