/** What the words after `npm run bench --` ask for. */
import { UserError } from "../lab/terminal";
import type { Part, Scale } from "./part";
import { parts } from "./parts";
import { full, quick } from "./scale";

export interface Chosen {
  scaleName: "quick" | "full";
  scale: Scale;
  chosen: [name: string, part: Part][];
}

/** @param words `--quick`, and names of parts; without names all, but for what the scale leaves out. @throws UserError for another word */
export function chosenParts(words: readonly string[]): Chosen {
  const names = words.filter((word) => word !== "--quick");
  const unknown = names.filter((name) => !(name in parts));
  if (unknown.length > 0)
    throw new UserError(
      `There is no part ${unknown.join(", ")}. Add --quick, or names of parts: ${Object.keys(parts).join(", ")}.`,
    );
  const isQuick = words.includes("--quick");
  const scale = isQuick ? quick : full;
  const isChosen = (name: string) => (names.length === 0 ? !scale.leftOut.includes(name) : names.includes(name));
  return {
    scaleName: isQuick ? "quick" : "full",
    scale,
    chosen: Object.entries(parts).filter(([name]) => isChosen(name)),
  };
}
