/** Login defaults in the configuration of a stack: `kvm:user`, `kvm:identityFile`, `kvm:knownHosts`, `kvm:sshConfig`. */
import type { LoginDefaults } from "../../host/login-defaults";

export const loginKeys = ["user", "identityFile", "knownHosts", "sshConfig"] as const;

/**
 * @param values by their keys, without the namespace; keys of others are left alone
 * @returns what can be used, and what cannot, in words
 */
export function configuredLogin(values: Record<string, unknown>): { login: LoginDefaults; problem?: string } {
  const given = Object.fromEntries(
    loginKeys.flatMap((key) => (values[key] == null || values[key] === "" ? [] : [[key, readAs(key, values[key])]])),
  );
  if (Object.keys(given).length === 0) return { login: {} };
  // zod is loaded by those who configure something only.
  const { connection } = require("./inputs") as typeof import("./inputs");
  const { success, data, error } = connection.partial().safeParse(given);
  if (success) return { login: data as LoginDefaults };
  const problems = error.issues.map(
    ({ path, message }) => `the stack's configuration: kvm:${path.join(".")} ${message} (\`pulumi config set\`)`,
  );
  return { login: {}, problem: problems.join("; ") };
}

/** Configuration is text; `kvm:sshConfig` is `false` for no file. */
const readAs = (key: string, value: unknown) =>
  key === "sshConfig" && String(value) === "false" ? false : String(value);
