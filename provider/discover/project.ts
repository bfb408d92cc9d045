/** Pure: what a program is beside its text: Pulumi's project, the package, and the compiler's settings. */

/** A project's name is part of every URN: it stays. */
const projectName = "taken-over";

/** @param version of this package */
export function projectFiles(version: string): Record<string, string> {
  const json = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;
  return {
    "Pulumi.yaml": [
      `name: ${projectName}`,
      "runtime: nodejs",
      "description: Guests and hosts that were there before",
      "",
    ].join("\n"),
    "package.json": json({
      name: projectName,
      private: true,
      main: "index.ts",
      dependencies: { "@pulumi/pulumi": ">=3.200 <4", "pulumi-kvm-live": version },
      devDependencies: { "@types/node": "^20", typescript: "^5" },
    }),
    "tsconfig.json": json({
      compilerOptions: {
        ...{ strict: true, target: "es2020", module: "commonjs", moduleResolution: "node" },
        ...{ esModuleInterop: true, skipLibCheck: true, outDir: "bin" },
      },
      files: ["index.ts"],
    }),
  };
}
