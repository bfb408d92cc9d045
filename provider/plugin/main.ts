/**
 * `pulumi-resource-kvm`: the same resources for programs in any language. Pulumi starts it; `plugin/` in the package says
 * how.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connectionOf } from "../host/host-word";
import { setLoginDefaults } from "../host/login-defaults";
import { closeConnections } from "../host/ssh-host";
import { cancelRunning, endWithEngine, operationFor, unknownValue } from "../lifecycle/engine";
import { makePlugin } from "../lifecycle/plugin";
import { allowImport, onConfigure } from "../lifecycle/plugin-server";
import { provider } from "../lifecycle/pulumi-sdk";
import { keepErrorsFromConsole } from "../lifecycle/said-once";
import { opened } from "../lifecycle/wrapped-values";
import { kinds } from "../resources/kinds";
import { configuredLogin } from "../resources/shared/configured-login";
import { imported } from "./import";

const inPackage = (path: string) => readFileSync(join(__dirname, "../..", path), "utf8");
const { version } = JSON.parse(inPackage("package.json")) as { version: string };

keepErrorsFromConsole();
endWithEngine(closeConnections);
allowImport();
onConfigure((values) => setLoginDefaults(configuredLogin(opened(values, unknownValue).plain)));
void provider.main(
  {
    ...makePlugin({ kinds, operationFor, unknownValue, connectionOf, imported }),
    version,
    getSchema: async () => inPackage("dist/plugin/schema.json"),
    cancel: async () => cancelRunning(),
  },
  process.argv.slice(-1), // the engine's address, whatever stands before it
);
