/** Pure: properties that belong to the shell between Pulumi and the handlers, and that no handler sees. */

/** Properties as Pulumi hands them over. */
export type Properties = Record<string, unknown>;

/** Pulumi's own: the text of the provider. */
export const providerKey = "__provider";
/** The resource's name in the stack; a dynamic provider is not told it otherwise. */
export const urnKey = "__urn";
/** Which making of the resource it is: a replacement and what it replaces have one URN. */
export const uidKey = "__uid";
/** Names of the inputs that the program has marked as secret: a dynamic provider gets their values in clear. */
export const secretsKey = "__secrets";
/** Key of what a failed operation left undone, in words; a refresh clears Pulumi's own mark of it. */
export const pendingKey = "pendingSteps";
/** Where the hosts differ from the inputs, in words; an output of any resource. */
const driftKey = "drift";

const controlKeys: readonly string[] = [providerKey, urnKey, uidKey, secretsKey, pendingKey];

export function withoutControl(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !controlKeys.includes(key)));
}

/** The properties that the next operation needs in the state: without the text Pulumi cannot even destroy. */
export function controlOf(properties: Properties): Properties {
  const kept = [providerKey, urnKey, secretsKey].filter((key) => properties[key] !== undefined);
  return Object.fromEntries(kept.map((key) => [key, properties[key]]));
}

/** Names of inputs that the program has marked as secret. */
export const secretInputs = (properties: Properties): string[] => {
  const names = properties[secretsKey];
  return Array.isArray(names) ? names.map(String) : [];
};

/** Repairs that are due although no input has changed. */
export function repairsOf(olds: Properties): string[] {
  return [olds[pendingKey], olds[driftKey]].flatMap((lines) => (Array.isArray(lines) ? lines.map(String) : []));
}
