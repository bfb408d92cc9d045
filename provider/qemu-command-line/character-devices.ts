/**
 * Pure: the back ends of serial ports, monitors and their like. `-chardev` names them by keys, all other options by an
 * older short form: `-serial tcp::4444,server`.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html#hxtool-6
 * @see https://gitlab.com/qemu-project/qemu/-/blob/master/chardev/char.c `qemu_chr_parse_compat`
 */
import { type Option, optionsOf } from "./arguments";
import { isOn } from "./option-list";
import { optionPairs, type Pairs } from "./option-pairs";

export interface CharacterDevice extends Option {
  /** QEMU's name of the back end: file, socket, stdio, … */
  backend: string;
  /** The keys of `-chardev`; a short form is turned into the same keys. */
  settings: ReadonlyMap<string, string>;
}

const shortForms = ["serial", "parallel", "monitor", "qmp", "qmp-pretty", "debugcon", "gdb"];

export function characterDevices(argv: readonly string[]): CharacterDevice[] {
  return optionsOf(argv).flatMap((option) => {
    const pairs = pairsOf(option);
    if (pairs === undefined) return [];
    const settings = new Map(pairs);
    return [{ ...option, backend: settings.get("backend") ?? "", settings }];
  });
}

function pairsOf({ option, value = "" }: Option): Pairs | undefined {
  if (option === "chardev") return optionPairs(value, "backend");
  if (option === "s") return pairsOf({ option: "gdb", value: "tcp::1234", index: 0 });
  if (!shortForms.includes(option)) return undefined;
  // QEMU makes the debugger's port a server without being asked.
  return option === "gdb" ? [...shortForm(value), ["server", "on"]] : shortForm(value);
}

/** A prefix `mon:` puts the monitor on the same line. */
function shortForm(value: string): Pairs {
  const text = value.replace(/^mon:/, "");
  const [, scheme = text, rest = ""] = /^([a-z0-9]+):(.*)$/s.exec(text) ?? [];
  if (["tcp", "telnet", "websocket", "tn3270"].includes(scheme)) return [["backend", "socket"], ...inetPairs(rest)];
  if (scheme === "unix") return [["backend", "socket"], ...optionPairs(rest, "path")];
  // Not an option list: a comma is part of the file's name.
  if (scheme === "file" || scheme === "pipe")
    return [
      ["backend", scheme],
      ["path", rest],
    ];
  return [["backend", scheme]];
}

function inetPairs(text: string): Pairs {
  const [, ipv6, host = ipv6 ?? "", port = "", more = ""] =
    /^(?:\[([^\]]*)\]|([^:]*)):([^,]*)(?:,(.*))?$/s.exec(text) ?? [];
  return [["host", host], ["port", port], ...optionPairs(more)];
}

/** True when QEMU waits for connections instead of making one. */
export const isServer = ({ backend, settings }: CharacterDevice) =>
  backend === "socket" && isOn(settings.get("server"));
