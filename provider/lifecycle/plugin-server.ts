/**
 * What the SDK's server of plugins gets wrong or keeps to itself, mended at the messages that it reads: they are its public
 * protocol, and the server is not.
 *
 * @see https://github.com/pulumi/pulumi/blob/v3.248.0/sdk/nodejs/provider/server.ts
 */
import { ConfigureRequest, ReadRequest } from "@pulumi/pulumi/proto/provider_pb";

/** An import asks to read what has no properties yet, and the server reads them. */
export function allowImport(): void {
  const own = ReadRequest.prototype.getProperties;
  const none = { toJavaScript: () => ({}) } as NonNullable<ReturnType<typeof own>>;
  ReadRequest.prototype.getProperties = function getProperties() {
    return own.call(this) ?? none;
  };
}

/** The server throws away what the provider is configured with. @param listener gets it, before anything else is asked for */
export function onConfigure(listener: (values: Record<string, unknown>) => void): void {
  const own = ConfigureRequest.deserializeBinary;
  ConfigureRequest.deserializeBinary = (bytes) => {
    const request = own.call(ConfigureRequest, bytes);
    listener(request.getArgs()?.toJavaScript() ?? {});
    return request;
  };
}
