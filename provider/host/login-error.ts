import { type HostError, HostUnreachable, LoginRefused } from "./errors";

/** Pure: why ssh2 has made no connection; it says in `level` at which stage it failed. @param tried credentials */
export function loginError(host: string, error: Error & { level?: string; code?: string }, tried: string[]): HostError {
  return error.level === "client-authentication"
    ? new LoginRefused(host, tried)
    : new HostUnreachable(host, error.message, error.code === "ECONNREFUSED");
}
