/** Pure: input `anyOf` of `DomainPlacement`: several hosts, each of which will do. */
import { z } from "zod";
import type { Step } from "../../placement/plan/steps";
import { text } from "../shared/inputs";

const hostName = text("the name of a Host");

export const anyOf = z
  .strictObject({ hosts: z.array(hostName).min(1, "must have a Host"), prefer: hostName.optional() })
  .superRefine(({ hosts, prefer }, { addIssue }) => {
    if (prefer !== undefined && !hosts.includes(prefer))
      addIssue({ code: "custom", path: ["prefer"], message: `must be one of its hosts (${hosts.join(", ")})` });
  });

type AnyOf = z.infer<typeof anyOf>;

interface Choice {
  host?: string | undefined;
  anyOf?: AnyOf | undefined;
  fenced: readonly string[];
}

interface ChoiceIssue {
  path: (string | number)[];
  message: string;
}

/** @param names of the candidates */
export function choiceIssues({ host, anyOf, fenced }: Choice, names: readonly string[]): ChoiceIssue[] {
  if (anyOf === undefined) return host === undefined ? [{ path: ["host"], message: hostMissing }] : [];
  const unknown = anyOf.hosts.flatMap((name, index) =>
    names.includes(name)
      ? []
      : [
          {
            path: ["anyOf", "hosts", index],
            message: `must be one of the candidates (${names.join(", ")}): add the Host to them`,
          },
        ],
  );
  if (!anyOf.hosts.every((name) => fenced.includes(name)) || anyOf.hosts.length === 0) return unknown;
  const message = "must have a host that is not in fenced: the guest has to be somewhere";
  return [...unknown, { path: ["anyOf", "hosts"], message }];
}

const hostMissing = "must be text: the name of a Host";

/** Where the guest goes when it is on none of them: it is started on no host that is off. */
function firstChoice({ hosts, prefer }: AnyOf, fenced: readonly string[]): string | undefined {
  return [...(prefer === undefined ? [] : [prefer]), ...hosts].find((name) => !fenced.includes(name));
}

/** @param at the host that it is on, as far as is known */
export function chosenHost({ anyOf, fenced }: Choice, at: string | undefined): string | undefined {
  if (anyOf === undefined) return undefined;
  const stays = at !== undefined && anyOf.hosts.includes(at) && !fenced.includes(at);
  return stays ? at : firstChoice(anyOf, fenced);
}

/** The host that the guest should be on when it is on none that will do. */
export const wantedHost = (choice: Choice): string => choice.host ?? chosenHost(choice, undefined) ?? "";

/** For a preview: why it goes to this one. */
export function choiceNotice(name: string, { anyOf, fenced }: Choice, steps: readonly Step[]): string[] {
  if (anyOf === undefined) return [];
  const to = steps.flatMap((step) => (step.do === "migrate" ? [step.to] : step.do === "define" ? [step.on] : []))[0];
  const leaves = steps.some((step) => step.do === "migrate" || step.do === "undefine");
  if (to === undefined || !leaves || to !== firstChoice(anyOf, fenced)) return [];
  const rest = fenced.some((off) => anyOf.hosts.includes(off)) ? " that is not fenced" : "";
  const why = to === anyOf.prefer ? "which is preferred" : `the first of them${rest}`;
  return [`${name} is on none of ${anyOf.hosts.join(", ")} (anyOf), so it goes to ${to}, ${why}.`];
}
