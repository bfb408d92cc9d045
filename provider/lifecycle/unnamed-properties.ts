/**
 * Failures of a check as Pulumi gets them. It prints the value of the property that a failure names, secrets included, so
 * none is named to it: the reason begins with the name.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go `issueCheckErrors`
 */
import { printable } from "../util/printable";
import type { Handlers } from "./handlers";

export const withUnnamedProperties = (handlers: Handlers): Handlers => ({
  ...handlers,
  check: async (olds, news, ...rest) => {
    const checked = await handlers.check(olds, news, ...rest);
    const failures = (checked.failures ?? []).map(({ property, reason }) => ({
      property: "",
      reason: printable(property === "" ? reason : `${property}: ${reason}`),
    }));
    return { ...checked, failures };
  },
});
