/**
 * Hears the first Ctrl-C. Pulumi's engine tells providers of it by the RPC `Cancel`, and no handler learns of it: the
 * SDK's server of dynamic providers answers and does nothing. That server is an HTTP/2 server of this process, so its
 * requests can be listened to beside it, and nothing of the SDK is touched.
 *
 * @see https://github.com/pulumi/pulumi/blob/v3.248.0/sdk/nodejs/cmd/dynamic-provider/index.ts
 */
import { Server } from "node:net";

/** Path of the RPC in Pulumi's plugin protocol, `proto/pulumi/provider.proto`. */
const cancelPath = "/pulumirpc.ResourceProvider/Cancel";

/** Not documented, and the only way to a server that somebody else has made. Where it is missing nothing is heard. */
type ProcessWithHandles = { _getActiveHandles?(): unknown[] };

/**
 * Calls the listener when Pulumi asks its providers to stop: on the first Ctrl-C, and at the end of each operation,
 * when nothing runs. Never throws.
 *
 * @returns whether there is a server to listen to; without one the listener is never called
 */
export function onFirstInterrupt(listener: () => void): boolean {
  try {
    const handles = (process as ProcessWithHandles)._getActiveHandles?.() ?? [];
    const servers = handles.filter((handle) => handle instanceof Server);
    for (const server of servers)
      server.on("stream", (_stream: unknown, headers?: Record<string, unknown>) => {
        if (headers?.[":path"] === cancelPath) listener();
      });
    return servers.length > 0;
  } catch {
    return false;
  }
}
