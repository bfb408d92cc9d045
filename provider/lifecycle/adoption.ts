/** Pure: what a create with `adopt` takes over, in words for a preview. */

/** Something on a host that a create would take over, as it was looked at; nothing was changed. */
export interface Adoption {
  /** A noun with its host, e.g. `the mount at /srv/vm on hv-a`. */
  what: string;
  /** What of it is otherwise in the program, and would be changed; a phrase each. */
  differences: readonly string[];
  /** What is written on the host so that it is the resource's, which changes nothing that runs: verbs, e.g. `writes FILE`. */
  notes: readonly string[];
  /** Why it would be refused as things are now. */
  problems: readonly string[];
}

/** More would hide the rest of a preview. */
const mostLines = 15;

export function adoptionNotice({ what, differences, notes }: Adoption): string {
  const noted = notes.length === 0 ? "writes nothing" : notes.join(", and ");
  if (differences.length === 0)
    return `Takes over ${what} as it is: \`pulumi up\` ${noted}, and nothing else changes there.`;
  const more = differences.length > mostLines ? [`and ${differences.length - mostLines} more`] : [];
  const lines = [...differences.slice(0, mostLines), ...more].map((line) => `\n  ${line}`);
  return `Takes over ${what}, which is not as the program has it. \`pulumi up\` ${noted}, and changes:${lines.join("")}`;
}

export const adoptionWarning = ({ what, problems }: Adoption): string | undefined =>
  problems.length === 0 ? undefined : `As things are now, ${what} would not be taken over: ${problems.join("\n")}`;
