/**
 * Errors are told once. Pulumi's dynamic provider writes what check, diff, read and delete throw to its standard error,
 * with the message twice, and the engine then shows the same error at the resource.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/dynamic-provider/index.ts
 */
const lines = new Set<string>();

/** @param error whose stack is no use to a user */
export function sayOnce(error: Error): void {
  error.stack = error.message;
  lines.add(`${error}: ${error.stack}`);
}

/** From then on, in this process, the line that the engine repeats is not written. Everything else is. */
export function keepErrorsFromConsole(): void {
  const { error: write } = console;
  console.error = (...args: unknown[]) => {
    if (args.length === 1 && lines.delete(String(args[0]))) return;
    write(...args);
  };
}
