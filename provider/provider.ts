/**
 * Provider side: loaded by Pulumi's provider process. Its path is in the state of every stack, so it never changes, and
 * neither do the names in `handlers`.
 */
import { setLoginDefaults } from "./host/login-defaults";
import { closeConnections } from "./host/ssh-host";
import { cancelWithEngine, endWithEngine, operationFor, unknownValue } from "./lifecycle/engine";
import type { Handlers } from "./lifecycle/handlers";
import { lazily } from "./lifecycle/lazily";
import { keepErrorsFromConsole } from "./lifecycle/said-once";
import { stackConfiguration } from "./lifecycle/stack-configuration";
import { kinds, resourceTypes } from "./resources/kinds";
import { configuredLogin } from "./resources/shared/configured-login";
import type { ResourceType } from "./resources/shared/managed-resource";

const makers = resourceTypes.map((type) => [type, () => kinds[type].handlers({ operationFor, unknownValue })] as const);

/** Each is loaded when it is first asked for. */
export const handlers: Readonly<Record<ResourceType, Handlers>> = lazily(
  Object.fromEntries(makers) as Record<ResourceType, () => Handlers>,
);

setLoginDefaults(configuredLogin(stackConfiguration()));
keepErrorsFromConsole();
cancelWithEngine();
endWithEngine(closeConnections);
