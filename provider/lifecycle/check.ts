/** Checks inputs, writes defaults out, and derives identities, so that dependants know them in the first preview. */
import type { z } from "zod";
import { type Properties, urnKey } from "./control-keys";
import type { Definition, Foreseen } from "./definition";
import { hasUnknown, type InputProblem, inputProblems, withDefaults } from "./inputs";

interface CheckEnvironment<Args> {
  unknownValue: string;
  argsOf(properties: Properties): Args;
  /** Problems of a create with what is on the hosts. */
  claim(inputs: Properties): Promise<InputProblem[]>;
  /** Inputs that hosts have a say in, or why there are none. @param before the inputs in the state */
  decide(inputs: Properties, before: Args | undefined): Promise<{ decided: Properties } | { problems: InputProblem[] }>;
  /** Problems of these things with other resources of the program. */
  register(urn: string, args: Args): InputProblem[];
}

interface Checked {
  inputs: Properties;
  failures: InputProblem[];
}

type InputRules<Schema extends z.ZodObject> = Pick<
  Definition<Schema, unknown, unknown, object>,
  "schema" | "secrets" | "derived" | "objections"
> & { foreseen?: Foreseen<Schema>; decided?: { keys: readonly string[] } };

export function makeCheck<Schema extends z.ZodObject>(
  { schema, secrets, derived, decided, objections, foreseen }: InputRules<Schema>,
  { unknownValue, argsOf, claim, decide, register }: CheckEnvironment<z.infer<Schema>>,
): (olds: Properties, news: Properties) => Promise<Checked> {
  const isOld = (olds: Properties) => schema.safeParse(pick(olds)).success && !hasUnknown(olds, unknownValue);
  const pick = (properties: Properties) =>
    Object.fromEntries(
      Object.keys(schema.shape).flatMap((key) => (properties[key] == null ? [] : [[key, properties[key]]])),
    );

  /** A value that the program wrote itself is known, also where it could be derived. */
  const derivedHere = (news: Properties) =>
    [...(derived?.keys ?? []), ...(decided?.keys ?? [])].filter((key) => news[key] == null);

  function complete(news: Properties): Properties {
    const inputs = withDefaults(schema, news);
    if (hasUnknown(pick(inputs), unknownValue))
      return { ...inputs, ...Object.fromEntries(derivedHere(news).map((key) => [key, unknownValue])) };
    const args = argsOf(inputs); // with the defaults within objects
    return { ...inputs, ...args, ...derived?.from(args, String(news[urnKey] ?? "")) };
  }

  /** Outputs that the last refresh has left in the inputs. */
  function foreseenIn(olds: Properties, args: z.infer<Schema>): Properties {
    if (!foreseen || !isOld(olds) || !foreseen.holds(args, argsOf(olds))) return {};
    return Object.fromEntries(foreseen.keys.flatMap((key) => (olds[key] == null ? [] : [[key, olds[key]]])));
  }

  return async (olds, news) => {
    const failures = inputProblems(schema, news, { unknownValue, secrets });
    if (failures.length > 0) return { inputs: news, failures };
    const own = complete(news);
    if (hasUnknown(pick(own), unknownValue)) return { inputs: own, failures };
    const args = argsOf(own);
    const known = { ...own, ...foreseenIn(olds, args) };
    const twins = register(String(news[urnKey] ?? ""), args);
    if (twins.length > 0) return { inputs: known, failures: twins };
    const decision = await decide(known, isOld(olds) ? argsOf(olds) : undefined);
    if ("problems" in decision) return { inputs: known, failures: decision.problems };
    const inputs = { ...known, ...decision.decided };
    if (Object.keys(pick(olds)).length === 0) return { inputs, failures: await claim(inputs) };
    return { inputs, failures: objections && isOld(olds) ? objections(argsOf(olds), args) : [] };
  };
}
