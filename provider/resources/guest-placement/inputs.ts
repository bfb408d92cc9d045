/** Inputs of every resource that places a guest: where it should be, and where it may be found. */
import { z } from "zod";
import { connection, type connections, hypervisor, text } from "../shared/inputs";

/** A hypervisor: how it is reached, and how many migrations it takes part in at a time. */
export const candidates = z.record(z.string(), connection.extend(hypervisor), "must be Hosts");

export type Candidates = z.infer<typeof candidates>;

export const placementInputs = {
  host: text("the name of a Host"),
  candidates,
  onDelete: z.enum(["shutdown", "destroy", "keep"], 'must be "shutdown", "destroy" or "keep"').default("shutdown"),
  shutdownTimeoutSeconds: z
    .number("must be a number of seconds")
    .positive("must be above 0")
    .max(86_400, "must be 86400 at most")
    .default(120),
  fenced: z.array(text("the name of a Host")).default([]),
};

interface InputIssue {
  path: string[];
  message: string;
}

interface PlacementHosts {
  /** Undefined when another input tells it. */
  host: string | undefined;
  candidates: Candidates;
  fenced: readonly string[];
}

export function placementIssues({ host, candidates: among, fenced }: PlacementHosts): InputIssue[] {
  const names = Object.keys(among);
  const all = names.join(", ");
  const issue = (input: string) => (message: string) => ({ path: [input], message });
  return [
    ...fenced
      .filter((one) => !names.includes(one))
      .map((name) => `must be names of candidates (${all}), and ${name} is not`)
      .map(issue("fenced")),
    ...fenced
      .filter((name) => name === host)
      .map((name) => `must not have ${name}, where the guest should be: set host to another candidate`)
      .map(issue("fenced")),
    ...[host]
      .filter((name) => name !== undefined && !names.includes(name))
      .map(() => `must be one of the candidates (${all}): add the Host to them`)
      .map(issue("host")),
    ...duplicateHosts(among).map(issue("candidates")),
  ];
}

/** One machine under two names would look like a guest that runs twice. */
export function duplicateHosts(among: z.infer<typeof connections>): string[] {
  const named = Object.entries(among);
  return named.flatMap(([name, { address, port }], index) =>
    named
      .slice(index + 1)
      .filter(([, other]) => other.address === address && other.port === port)
      .map(([other]) => `must be different machines, and ${name} and ${other} are both ${address}: leave one out`),
  );
}
