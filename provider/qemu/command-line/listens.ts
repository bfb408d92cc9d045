/**
 * Pure: TCP ports that a command line makes QEMU listen on. Each has to be free on the host that a guest comes to.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 */
import { valuesOf } from "./arguments";
import { characterDevices, isServer } from "./character-devices";
import { networksOf } from "./networks";
import { isOn, parseOptionList } from "./option-list";
import { optionPairs } from "./option-pairs";

export interface Listen {
  /** 0.0.0.0 stands for every address, of IPv6 as well. */
  address: string;
  port: number;
  /** Who listens, in words. */
  what: string;
}

export function listensOf(argv: readonly string[]): Listen[] {
  return [...vncListens(argv), ...spiceListens(argv), ...characterListens(argv), ...networkListens(argv)];
}

function listen(address: string | undefined, port: string | number | undefined, what: string): Listen[] {
  // A name of /etc/services, or what only the host knows, is left to QEMU.
  if (!/^\d+$/.test(String(port))) return [];
  return [{ address: address === undefined || address === "" ? "0.0.0.0" : address, port: Number(port), what }];
}

/** `HOST:PORT`, an address of IPv6 in brackets. */
function hostPort(text: string): [host: string, port: string] {
  const [, six, host = six ?? "", port = ""] = /^(?:\[([^\]]*)\]|(.*)):(\d+)$/s.exec(text) ?? [];
  return [host, port];
}

/** @see https://www.qemu.org/docs/master/system/vnc-security.html */
function vncListens(argv: readonly string[]): Listen[] {
  const displays = valuesOf(argv, "display").filter((value) => value.startsWith("vnc="));
  return [...valuesOf(argv, "vnc"), ...displays].flatMap((value) => {
    const { first, values } = parseOptionList(value);
    const [host, display] = hostPort(first ?? values.get("vnc") ?? "");
    // With reverse QEMU calls the viewer; with to, here and below, it takes the next port that is free.
    if (display === "" || isOn(values.get("reverse")) || values.has("to")) return [];
    const websocket = values.get("websocket");
    return [
      ...listen(host, 5900 + Number(display), `VNC display ${display}`),
      ...listen(host, isOn(websocket) ? 5700 + Number(display) : websocket, `VNC display ${display} by WebSocket`),
    ];
  });
}

function spiceListens(argv: readonly string[]): Listen[] {
  return valuesOf(argv, "spice").flatMap((value) => {
    const said = new Map(optionPairs(value));
    if (isOn(said.get("unix"))) return [];
    return [
      ...listen(said.get("addr"), said.get("port"), "Spice"),
      ...listen(said.get("addr"), said.get("tls-port"), "Spice by TLS"),
    ];
  });
}

function characterListens(argv: readonly string[]): Listen[] {
  return characterDevices(argv)
    .filter((device) => isServer(device) && !device.settings.has("to"))
    .flatMap(({ option, settings }) => listen(settings.get("host"), settings.get("port"), `-${option}`));
}

function networkListens(argv: readonly string[]): Listen[] {
  return networksOf(argv).flatMap(({ option, type, pairs, settings }) => {
    if (type === "stream" && isOn(settings.get("server")))
      return listen(settings.get("addr.host"), settings.get("addr.port"), `-${option} stream`);
    if (type === "socket" && settings.has("listen"))
      return listen(...hostPort(settings.get("listen") ?? ""), `-${option} socket`);
    return type === "user" ? pairs.flatMap(([key, rule]) => forwarded(key, rule, option)) : [];
  });
}

/** `hostfwd=tcp:HOST:PORT-GUEST:PORT`; in JSON it is a list. */
function forwarded(key: string, rule: string, option: string): Listen[] {
  if (!/^hostfwd(\.\d+\.str)?$/.test(key)) return [];
  const [, from] = /^(?:tcp)?:(.*:\d+)-[^-]*$/s.exec(rule) ?? [];
  return from === undefined ? [] : listen(...hostPort(from), `hostfwd of -${option}`);
}
