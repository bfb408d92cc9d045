/**
 * The stack's configuration for `kvm:…`, in a process of dynamic providers. Pulumi hands it to `configure`, of which the text
 * in each stack's state knows nothing; and it stands in the process's environment.
 *
 * @see https://github.com/pulumi/pulumi/blob/v3.250.0/sdk/go/common/resource/plugin/provider_plugin.go
 */
const variable = "PULUMI_CONFIG";
const namespace = "kvm:";

/** @returns values by their keys, without the namespace; none where Pulumi does not tell */
export function stackConfiguration(environment: NodeJS.ProcessEnv = process.env): Record<string, unknown> {
  const all = parsed(environment[variable] ?? "{}");
  const own = Object.entries(all).filter(([key]) => key.startsWith(namespace));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(namespace.length), value]));
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
