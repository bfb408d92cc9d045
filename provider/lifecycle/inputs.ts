/** The one door to zod in the lifecycle: checks inputs, with values that are not known yet left alone. */
import type { z } from "zod";
import { type Properties, secretInputs, withoutControl } from "./control-keys";

export interface InputProblem {
  /** Path of the property, e.g. `proxyJump.port`. */
  property: string;
  reason: string;
}

export interface InputRules {
  /** Pulumi's marker, in a preview, for a value of any type that is not known yet. */
  unknownValue: string;
  /** Names of properties, at any depth, whose values are not shown. */
  secrets: readonly string[];
}

/** All that is wrong with a resource's inputs, at once. */
export function inputProblems(schema: z.ZodType, news: Properties, rules: InputRules): InputProblem[] {
  const inputs = withoutNothing(withoutControl(news));
  const marked = secretInputs(news);
  const result = schema.safeParse(inputs);
  if (result.success) return [];
  return result.error.issues.flatMap(pathsOf).flatMap(({ path, message }) => {
    const values = valuesAlong(inputs, path);
    // Nothing to complain of yet; a list is also complained of as a whole.
    if (values.includes(rules.unknownValue) || hasUnknown(values.at(-1), rules.unknownValue)) return [];
    const isMarked = marked.includes(String(path[0]));
    const hidden = isMarked || path.some((key) => rules.secrets.includes(String(key)));
    const reason = isMarked && isWritten(values.at(-1)) ? whySecret : reasonFor(values.at(-1), message, hidden);
    return [{ property: path.join("."), reason }];
  });
}

/** What is said of XML and of command lines quotes them. */
const whySecret =
  "is refused. It is marked as secret, so what is wrong with it is not said: put placeholders in the place of its secrets, do not mark it, and run `pulumi preview` to see";

const isWritten = (value: unknown) => typeof value === "string" || (Array.isArray(value) && value.every(isText));
const isText = (value: unknown) => typeof value === "string";

/** A key too many is reported at the object that holds it: the user looks for the key. */
function pathsOf(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string }[] {
  if (issue.code !== "unrecognized_keys") return [issue];
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: "is not a property of this resource" }));
}

/**
 * The inputs that a state holds. A refresh has put there what the hosts have, and another version what it understood, so
 * rules between inputs do not hold there, and a value that is not understood any more gives way to its default.
 *
 * @returns the problems in words, without values
 * @throws Error for a value that nothing can be done without
 */
export function inputsInState<Schema extends z.ZodObject>(
  schema: Schema,
  own: Properties,
): { args: z.infer<Schema>; problems: string[] } {
  const whole = schema.safeParse(own);
  if (whole.success) return { args: whole.data, problems: [] };
  const shape: Record<string, z.ZodType> = schema.shape;
  const fields = Object.entries(shape).map(([key, field]) => [key, field.safeParse(own[key])] as const);
  const bad = fields.flatMap(([key, { error }]) =>
    (error?.issues ?? []).map(({ path, message }) => `${[key, ...path].join(".")} ${message}`),
  );
  const withDefault = fields.map(([key, result]) => {
    const fallback = result.success ? result : (shape[key] as z.ZodType).safeParse(undefined);
    if (!fallback.success) throw new Error(unreadable(bad));
    return [key, fallback.data] as const;
  });
  const args = Object.fromEntries(withDefault.filter(([, value]) => value !== undefined)) as z.infer<Schema>;
  return { args, problems: bad };
}

const unreadable = (problems: readonly string[]): string =>
  `The state holds inputs that this version does not understand: ${problems.join("; ")}. Run \`pulumi up\` without a refresh, or take the resource out of the state (\`pulumi state delete\`): that touches no host.`;

/** The inputs with the schema's defaults written out. */
export function withDefaults(schema: z.ZodObject, news: Properties): Properties {
  const missing = Object.entries(schema.shape).filter(([key]) => news[key] === undefined || news[key] === null);
  const defaults = missing.map(([key, field]) => [key, field.safeParse(undefined).data] as const);
  return { ...news, ...Object.fromEntries(defaults.filter(([, value]) => value !== undefined)) };
}

/** True when one of these values, at any depth, is a preview's marker. */
export function hasUnknown(value: unknown, unknownValue: string): boolean {
  if (typeof value === "object" && value !== null)
    return Object.values(value).some((inner) => hasUnknown(inner, unknownValue));
  return value === unknownValue;
}

function valuesAlong(inputs: Properties, path: readonly PropertyKey[]): unknown[] {
  let value: unknown = inputs;
  return path.map((key) => {
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
    return value;
  });
}

/** A longer value would hide what is said of it. */
const longestShown = 100;

function reasonFor(value: unknown, message: string, hidden: boolean): string {
  if (value === undefined) return `is missing: ${message}`;
  const shown = JSON.stringify(value);
  const isPlain = typeof value !== "object" && shown.length <= longestShown;
  return `${hidden || !isPlain ? "its value" : shown} ${message}`;
}

/** Outputs that a resource declares arrive as inputs without a value. */
function withoutNothing(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value != null));
}
