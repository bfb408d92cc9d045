/**
 * Pure: the TCP ports that a command line makes QEMU listen on. Each must be free on the host that the guest moves to.
 *
 * @see https://www.qemu.org/docs/master/system/invocation.html
 */
import { optionValues } from "./arguments";
import { characterDevices, isServer } from "./character-devices";
import { networksOf } from "./networks";
import { isOn, parseOptionList } from "./option-list";
import { optionPairs } from "./option-pairs";

export interface Listener {
  /** The address; 0.0.0.0 stands for every address, IPv6 included. */
  address: string;
  port: number;
  /** The part of QEMU that listens, for messages: `VNC display 1`. */
  what: string;
}

export function listenersOf(argv: readonly string[]): Listener[] {
  return [...vncListeners(argv), ...spiceListeners(argv), ...characterListeners(argv), ...networkListeners(argv)];
}

function listenerAt(address: string | undefined, port: string | number | undefined, what: string): Listener[] {
  // QEMU resolves names from /etc/services by itself.
  if (!/^\d+$/.test(String(port))) return [];
  return [{ address: address === undefined || address === "" ? "0.0.0.0" : address, port: Number(port), what }];
}

/** `HOST:PORT`, an IPv6 address in brackets. */
function hostPort(text: string): [host: string, port: string] {
  const [, ipv6, host = ipv6 ?? "", port = ""] = /^(?:\[([^\]]*)\]|(.*)):(\d+)$/s.exec(text) ?? [];
  return [host, port];
}

/** @see https://www.qemu.org/docs/master/system/vnc-security.html */
function vncListeners(argv: readonly string[]): Listener[] {
  const displays = optionValues(argv, "display").filter((value) => value.startsWith("vnc="));
  return [...optionValues(argv, "vnc"), ...displays].flatMap((value) => {
    const { first, values } = parseOptionList(value);
    const [host, display] = hostPort(first ?? values.get("vnc") ?? "");
    // With `reverse` QEMU calls the viewer; with `to`, here and below, it takes the next free port.
    if (display === "" || isOn(values.get("reverse")) || values.has("to")) return [];
    const websocket = values.get("websocket");
    return [
      ...listenerAt(host, 5900 + Number(display), `VNC display ${display}`),
      ...listenerAt(
        host,
        isOn(websocket) ? 5700 + Number(display) : websocket,
        `VNC display ${display} over WebSocket`,
      ),
    ];
  });
}

function spiceListeners(argv: readonly string[]): Listener[] {
  return optionValues(argv, "spice").flatMap((value) => {
    const settings = new Map(optionPairs(value));
    if (isOn(settings.get("unix"))) return [];
    return [
      ...listenerAt(settings.get("addr"), settings.get("port"), "Spice"),
      ...listenerAt(settings.get("addr"), settings.get("tls-port"), "Spice over TLS"),
    ];
  });
}

function characterListeners(argv: readonly string[]): Listener[] {
  return characterDevices(argv)
    .filter((device) => isServer(device) && !device.settings.has("to"))
    .flatMap(({ option, settings }) => listenerAt(settings.get("host"), settings.get("port"), `-${option}`));
}

function networkListeners(argv: readonly string[]): Listener[] {
  return networksOf(argv).flatMap(({ option, type, pairs, settings }) => {
    if (type === "stream" && isOn(settings.get("server")))
      return listenerAt(settings.get("addr.host"), settings.get("addr.port"), `-${option} stream`);
    if (type === "socket" && settings.has("listen"))
      return listenerAt(...hostPort(settings.get("listen") ?? ""), `-${option} socket`);
    return type === "user" ? pairs.flatMap(([key, rule]) => forwardedPort(key, rule, option)) : [];
  });
}

/** `hostfwd=tcp:HOST:PORT-GUEST:PORT`; in JSON `hostfwd` is a list. */
function forwardedPort(key: string, rule: string, option: string): Listener[] {
  if (!/^hostfwd(\.\d+\.str)?$/.test(key)) return [];
  const [, hostSide] = /^(?:tcp)?:(.*:\d+)-[^-]*$/s.exec(rule) ?? [];
  return hostSide === undefined ? [] : listenerAt(...hostPort(hostSide), `hostfwd of -${option}`);
}
