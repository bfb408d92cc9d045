/** The plugin as a process, asked as Pulumi's engine asks it: how it is configured, is cancelled, and ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repository } from "../../lab/paths";
import { ScriptedHost } from "./scripted-host";

const sdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));
const { credentials } = sdk("@grpc/grpc-js");
const { ResourceProviderClient } = sdk("./proto/provider_grpc_pb");
const { ConfigureRequest, CreateRequest, ReadRequest, UpdateRequest } = sdk("./proto/provider_pb");
const { Empty } = sdk("google-protobuf/google/protobuf/empty_pb");
const { Struct } = sdk("google-protobuf/google/protobuf/struct_pb");

const urn = "urn:pulumi:dev::test::kvm:index:Host::hv-a";
const running: { child: ChildProcess; client: { close(): void } }[] = [];
afterEach(async () => {
  for (const { child, client } of running.splice(0)) {
    client.close();
    child.kill("SIGKILL");
  }
  await ScriptedHost.stopAll();
});

/** @param stdin as the engine has it, or as a language host. */
async function start(stdin: "pipe" | "ignore") {
  const main = join(repository, "provider/plugin/main.ts");
  const child = spawn(process.execPath, ["--require", "tsx/cjs", main, "127.0.0.1:1"], {
    cwd: repository,
    stdio: [stdin, "pipe", "inherit"],
  });
  if (child.stdout === null) throw new Error("It has no output.");
  const [port] = await once(createInterface(child.stdout), "line");
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  running.push({ child, client });
  const call = (name: string, request: unknown) =>
    new Promise<never>((resolve, reject) =>
      client[name](request, (error: unknown, answer: never) => (error ? reject(error) : resolve(answer))),
    );
  return { child, call };
}

test("the first Ctrl-C cancels what runs, and the plugin goes on", async () => {
  let isAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  const host = await ScriptedHost.start({ run: () => isAsked() });
  const { child, call } = await start("ignore");
  const request = new UpdateRequest();
  request.setId("hv-a");
  request.setUrn(urn);
  request.setOlds(Struct.fromJavaScript(host.args));
  request.setNews(Struct.fromJavaScript(host.args));
  const updating = call("update", request).catch((error: Error) => error);
  await asked;
  await call("cancel", new Empty());
  const error = await updating;
  expect(error.message).toContain("Cancelled. Run the same command again to continue.");
  await call("getPluginInfo", new Empty());
  expect(child.exitCode).toBeNull();
});

test("an import, which has no properties, is told what is wrong with its id", async () => {
  const { call } = await start("ignore");
  const request = new ReadRequest();
  request.setId("nowhere");
  request.setUrn(urn.replaceAll(/Host|hv-a/g, (one) => (one === "Host" ? "NfsExport" : "images")));
  await expect(call("read", request)).rejects.toThrow('"nowhere" is no id of a NfsExport');
});

test("it is configured before all else", async () => {
  const { call } = await start("ignore");
  const configure = new ConfigureRequest();
  configure.setArgs(Struct.fromJavaScript({ user: "no user" }));
  await call("configure", configure);
  const request = new CreateRequest();
  request.setUrn(urn);
  request.setProperties(Struct.fromJavaScript({ address: "hv-a", sshConfig: false }));
  await expect(call("create", request)).rejects.toThrow("kvm:user must be a user name");
});

test("it ends with the engine that has started it, and not with the end of /dev/null", async () => {
  const ofEngine = await start("pipe");
  ofEngine.child.stdin?.end();
  expect(await once(ofEngine.child, "exit")).toEqual([0, null]);
  const ofHost = await start("ignore");
  await ofHost.call("getPluginInfo", new Empty());
  ofHost.child.kill("SIGINT");
  expect(await once(ofHost.child, "exit")).toEqual([0, null]);
});
