/** Pure: the source of a mount, `SERVER:/path`. */
import { isIPv6 } from "node:net";

const hostName = /^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const exported = /^\/$|^(\/[A-Za-z0-9._+@=:-]+)+$/;

export function parseSource(source: string): { server: string; path: string } | undefined {
  const [, bracketed, name, path = ""] = /^(?:\[([^\]]*)\]|([^:/[\]]+)):(\/.*)$/s.exec(source) ?? [];
  const server = bracketed ?? name ?? "";
  return server === "" ? undefined : { server, path };
}

/** @returns the problem of a source, as a phrase such as `must be …`; undefined for a valid one */
export function sourceProblem(source: string): string | undefined {
  const parsed = parseSource(source);
  if (parsed === undefined) return "must be SERVER:/path, an IPv6 address in brackets";
  const { server, path } = parsed;
  if (source.startsWith("[") ? !isIPv6(server.replace(/%[A-Za-z0-9._-]+$/, "")) : !hostName.test(server))
    return "must begin with a host name or an IP address, IPv6 in brackets";
  if (source.length > 400) return "must have 400 characters at most";
  if (!exported.test(path) || path.split("/").some((part) => part === "." || part === ".."))
    return "must end in an absolute path of letters, digits and . _ + @ = : -";
  return undefined;
}
