/** Logins of a stack's configuration (`kvm:user` and others): a state does not hold them. */
import { setLoginDefaults } from "../../host/login-defaults";
import { configuredLogin } from "../../resources/shared/configured-login";
import type { Session } from "../command";

/** Pure. @param text what `pulumi config --json` prints. @returns the values of ours that are not secret, by their keys */
function configuredIn(text: string): Record<string, unknown> {
  const entries = Object.entries(JSON.parse(text) as Record<string, { value?: unknown }>);
  return Object.fromEntries(
    entries.flatMap(([key, { value }]) => (key.startsWith("kvm:") ? [[key.slice("kvm:".length), value]] : [])),
  );
}

/** A stack can be exported without its project, whose configuration is then not there: hosts are reached as ssh does. */
export async function takeLoginsOf(stackArguments: readonly string[], { runHere }: Session): Promise<void> {
  const printed = await runHere("pulumi", ["config", "--json", "--non-interactive", ...stackArguments]).catch(
    () => "{}",
  );
  setLoginDefaults(configuredLogin(configuredIn(printed)));
}
