/**
 * Pure: the systemd unit of a mount.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/systemd.mount.html
 */
import { type FileMark, printMark } from "../host/file-mark";

const unitFolder = "/etc/systemd/system";

/** A mount as a program wants it. */
export interface WantedMount {
  /** `SERVER:/path`. */
  source: string;
  path: string;
  options: readonly string[];
  adopt?: boolean | undefined;
}

/** Same as `systemd-escape --path --suffix=mount`: systemd accepts no other name for a mount at this path. */
export function unitName(path: string): string {
  const bytes = [...path.slice(1)].map((character, index) => {
    if (character === "/") return "-";
    if (/[A-Za-z0-9:_]/.test(character) || (character === "." && index > 0)) return character;
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `${bytes.join("")}.mount`;
}

export const unitFile = (path: string) => `${unitFolder}/${unitName(path)}`;

/** systemd gives up after this time; a hard mount by itself would wait for ever. */
const timeoutSec = 90;

export function unitText({ source, path, options }: WantedMount, mark: FileMark): string {
  const literal = (value: string) => value.replaceAll("%", "%%"); // % begins a specifier in a unit
  return `${printMark(mark)}
[Mount]
What=${literal(source)}
Where=${literal(path)}
Type=nfs
Options=${literal(options.join(","))}
TimeoutSec=${timeoutSec}

[Install]
WantedBy=remote-fs.target
`;
}

/** Source and options in a unit, whoever wrote it. */
export function parseMountUnit(text: string): { source: string; options: string[] } {
  const field = (name: string) =>
    new RegExp(`^${name} *=(.*)$`, "m").exec(text)?.[1]?.trim().replaceAll("%%", "%") ?? "";
  return {
    source: field("What"),
    options: field("Options")
      .split(",")
      .filter((option) => option !== ""),
  };
}
