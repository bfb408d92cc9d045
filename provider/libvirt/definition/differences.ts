/** Pure: how the definition that a host has differs from a program's, for somebody who reads a preview. */
import { isDeepStrictEqual } from "node:util";
import { oneLine } from "../../util/printable";
import { type Element, elementsIn, textOf } from "./xml";

const longestValue = 80;

/**
 * Elements of one name are compared in their order: one that is missing in the middle shows in all that come after it.
 *
 * @param there the host's. @param wanted the program's; both in the form of `shownDefinition`
 * @returns a phrase for each, e.g. `vcpu: 4 on the host, 2 in the program`
 */
export function definitionDifferences(there: Element, wanted: Element, path: readonly string[] = []): string[] {
  const place = path.join("/");
  const isSecret = place.includes("commandline"); // nobody can tell what is secret among arguments for QEMU
  const both = (what: string, one: string | undefined, other: string | undefined) =>
    one === other ? [] : [phrase(`${place}${what}`, one, other, isSecret)];
  const names = [...new Set([...Object.keys(there.attributes), ...Object.keys(wanted.attributes)])];
  return [
    ...names.flatMap((name) => both(` @${name}`, there.attributes[name], wanted.attributes[name])),
    ...both("", textOf(there).trim(), textOf(wanted).trim()),
    ...childDifferences(there, wanted, path),
  ];
}

function childDifferences(there: Element, wanted: Element, path: readonly string[]): string[] {
  const names = [...new Set([...elementsIn(there), ...elementsIn(wanted)].map(({ name }) => name))];
  return names.flatMap((name) => {
    const [ones, others] = [there, wanted].map((parent) => elementsIn(parent).filter((child) => child.name === name));
    const count = Math.max(ones?.length ?? 0, others?.length ?? 0);
    return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
      const [one, other] = [ones?.[index], others?.[index]];
      const place = [...path, count === 1 ? name : `${name}[${index + 1}]`];
      if (one && other)
        return isDeepStrictEqual(bare(one), bare(other)) ? [] : definitionDifferences(one, other, place);
      return [`${place.join("/")}: only ${one ? "on the host" : "in the program"}`];
    });
  });
}

/** Lines of the texts that they come from say nothing. */
const bare = ({ name, attributes, children }: Element): unknown => [
  name,
  attributes,
  children.map((child) => (typeof child === "string" ? child : bare(child))),
];

function phrase(place: string, one: string | undefined, other: string | undefined, isSecret: boolean): string {
  if (isSecret) return `${place}: differs`;
  const shown = (value: string | undefined) => (value ? oneLine(value, longestValue) : "nothing");
  return `${place}: ${shown(one)} on the host, ${shown(other)} in the program`;
}
