/**
 * Provider side: loaded by Pulumi's provider process. Its path is in the state of every stack, so it never changes, and
 * neither do the names of what it exports and of the `handlers`.
 */
import { setLoginDefaults } from "./host/login-defaults";
import { closeConnections } from "./host/ssh-host";
import { cancelWithEngine, endWithEngine, operationFor, unknownValue } from "./lifecycle/engine";
import type { Handlers } from "./lifecycle/handlers";
import { lazily } from "./lifecycle/lazily";
import { keepErrorsFromConsole } from "./lifecycle/said-once";
import { kinds, resourceTypes } from "./resources/kinds";
import { configuredLogin, loginKeys } from "./resources/shared/configured-login";
import type { ResourceType } from "./resources/shared/managed-resource";

const makers = resourceTypes.map((type) => [type, () => kinds[type].handlers({ operationFor, unknownValue })] as const);

/** Each is loaded when it is first asked for. */
export const handlers: Readonly<Record<ResourceType, Handlers>> = lazily(
  Object.fromEntries(makers) as Record<ResourceType, () => Handlers>,
);

/** Called once, before the first resource that was made by a version that asks for it. @param config of the stack */
export async function configure(config: { get(key: string): string | undefined }): Promise<void> {
  const values = Object.fromEntries(loginKeys.map((key) => [key, config.get(`kvm:${key}`)]));
  setLoginDefaults(configuredLogin(values));
}

keepErrorsFromConsole();
cancelWithEngine();
endWithEngine(closeConnections);
