/** Inputs of every resource that places a guest: where it shall be, and where it may be found. */
import { z } from "zod";
import { connection, hypervisor } from "../shared/inputs";

/** A hypervisor: how it is reached, and what migrations of it are to keep to. */
const candidate = connection.extend(hypervisor);
export const candidates = z.record(z.string(), candidate, "must be Hosts");

export type Candidates = z.infer<typeof candidates>;

export const seconds = z
  .number("must be a number of seconds")
  .positive("must be above 0")
  .max(86_400, "must be 86400 at most");

interface PlacementHosts {
  host: string;
  candidates: Candidates;
  fenced: readonly string[];
}

export function placementIssues({
  host,
  candidates: among,
  fenced,
}: PlacementHosts): { path: string[]; message: string }[] {
  const names = Object.keys(among);
  const all = names.join(", ");
  return [
    ...fenced
      .filter((one) => !names.includes(one))
      .map((name) => ({
        path: ["fenced"],
        message: `must be some of the candidates (${all}), and ${name} is not`,
      })),
    ...(fenced.includes(host)
      ? [
          {
            path: ["fenced"],
            message: `must not have ${host}, where the guest shall be: set host to another candidate`,
          },
        ]
      : []),
    ...(names.includes(host)
      ? []
      : [{ path: ["host"], message: `must be one of the candidates (${all}): add the Host to them` }]),
    ...duplicateHosts(among).map((message) => ({ path: ["candidates"], message })),
  ];
}

/** One machine under two names would look like a guest that runs twice. */
function duplicateHosts(among: Candidates): string[] {
  const named = Object.entries(among);
  return named.flatMap(([name, { address, port }], index) =>
    named
      .slice(index + 1)
      .filter(([, other]) => other.address === address && other.port === port)
      .map(([other]) => `must be different machines, and ${name} and ${other} are both ${address}: leave one out`),
  );
}
