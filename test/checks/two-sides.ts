/** Program side and provider side as data, and a pure function that finds where one reaches into the other. */
import type { SourceFile } from "./import-rule";

/** One side of provider/: what its entry loads, directly or through other files. */
interface Side {
  entry: string;
  mayReach(target: string): boolean;
}

const shared = /^provider\/lifecycle\/(pulumi-sdk|control-keys)\.ts$/;
const programSide = [
  /^provider\/index\.ts$/,
  /^provider\/resources\/shared\/managed-resource\.ts$/,
  /^provider\/resources\/[^/]+\/(resource|[a-z-]+-args)\.ts$/,
];
/** `pulumi-kvm-live/provider` is loaded by the text in the state, in another process. */
const programPackages = ["@pulumi/pulumi", "pulumi-kvm-live/provider"];

const isProgramSide = (target: string) => programSide.some((pattern) => pattern.test(target));

const sides: readonly Side[] = [
  {
    entry: "provider/index.ts",
    mayReach: (target) => isProgramSide(target) || shared.test(target) || programPackages.includes(target),
  },
  { entry: "provider/provider.ts", mayReach: (target) => !isProgramSide(target) },
];

/** @returns for each file or package of the other side that an entry reaches, the path that leads to it */
export function crossings(files: readonly SourceFile[]): string[] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
  return sides.flatMap(({ entry, mayReach }) => {
    const crossed: string[] = [];
    const reached = new Set([entry]);
    const paths = [[entry]];
    for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
      for (const target of importsOf.get(path.at(-1) ?? "") ?? []) {
        if (reached.has(target)) continue;
        reached.add(target);
        if (mayReach(target)) paths.push([...path, target]);
        else crossed.push(`other side: ${[...path, target].join(" -> ")}`);
      }
    }
    return crossed;
  });
}
