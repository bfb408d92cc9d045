/** The installed SDK's server of dynamic providers in a process of its own, and an engine that it can log to. */
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { startCommand } from "../../../lab/process";
import { retryUntil } from "../../../provider/util/policy";

const sdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));
const { credentials, Server, ServerCredentials } = sdk("@grpc/grpc-js");
const { EngineService } = sdk("./proto/engine_grpc_pb");
const { ResourceProviderClient } = sdk("./proto/provider_grpc_pb");
const { CreateRequest } = sdk("./proto/provider_pb");
const { Empty } = sdk("google-protobuf/google/protobuf/empty_pb");
const { Struct } = sdk("google-protobuf/google/protobuf/struct_pb");

interface ProviderServer {
  /** Waits until the provider has logged so many lines. @returns all that it has logged, in order */
  logged(count: number): Promise<string[]>;
  create(inputs: Record<string, unknown>): Promise<void>;
  getPluginInfo(): Promise<void>;
  cancel(): Promise<void>;
  stop(): Promise<void>;
}

/** @param text a module that exports `handler`, as Pulumi keeps it in the state; it may require TypeScript files */
export async function startProviderServer(text: string): Promise<ProviderServer> {
  const lines: string[] = [];
  const engine = new Server();
  engine.addService(EngineService, {
    log: (call: { request: { getMessage(): string } }, answer: (error: null, empty: unknown) => void) => {
      lines.push(call.request.getMessage());
      answer(null, new Empty());
    },
  });
  const bind = promisify(engine.bindAsync.bind(engine));
  const address = `127.0.0.1:${await bind("127.0.0.1:0", ServerCredentials.createInsecure())}`;
  const printed: string[] = [];
  const argv = [process.execPath, "--require", "tsx/cjs", sdk.resolve("./cmd/dynamic-provider"), address];
  const provider = startCommand(argv, { onLine: (line) => printed.push(line) });
  const [port] = await until(printed, 1);
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const call = async (name: string, request: unknown) => void (await promisify(client[name].bind(client))(request));
  return {
    logged: (count) => until(lines, count),
    create: (inputs) => {
      const request = new CreateRequest();
      request.setProperties(Struct.fromJavaScript({ ...inputs, __provider: text }));
      return call("create", request);
    },
    getPluginInfo: () => call("getPluginInfo", new Empty()),
    cancel: () => call("cancel", new Empty()),
    stop: async () => {
      client.close();
      engine.forceShutdown();
      provider.signal("SIGKILL");
      await provider.done;
    },
  };
}

const until = (lines: string[], count: number): Promise<string[]> =>
  retryUntil(async () => (lines.length < count ? Promise.reject(new Error(`Only: ${lines}`)) : lines), {
    everyMs: 20,
    timeoutMs: 60_000,
  });
