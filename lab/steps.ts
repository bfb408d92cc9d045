/** The one door to listr2: named steps, one after another, with visible progress on a terminal and in a log. */
import { Listr, PRESET_TIMER } from "listr2";

export interface Step {
  title: string;
  /** @param report shows a line of progress under the title */
  run: (report: (line: string) => void) => Promise<unknown>;
}

/** Minimum interval between lines of progress in a log; a terminal shows each. */
const logEveryMs = 15_000;

/**
 * @param options `log`: lines that are never overwritten, for steps beside which something else prints
 * @throws whatever the first failing step threw; the steps after it do not run
 */
export async function runSteps(steps: readonly Step[], { log = false } = {}): Promise<void> {
  const isTerminal = process.stdout.isTTY === true && !log;
  let failure: unknown;
  const tasks = steps.map(({ title, run }) => ({
    title,
    task: async (_: unknown, task: { output: string }) => {
      const output = (line: string) => {
        task.output = line.slice(0, 200);
      };
      try {
        await run(isTerminal ? output : rarely(output));
      } catch (error) {
        failure = error;
        throw new Error("see below"); // the caller shows the error itself, once
      }
    },
  }));
  const list = new Listr(tasks, {
    concurrent: false,
    renderer: isTerminal ? "default" : "simple",
    rendererOptions: { timer: PRESET_TIMER, collapseErrors: false },
  });
  await list.run().catch((error: unknown) => {
    throw failure ?? error;
  });
}

function rarely(output: (line: string) => void): (line: string) => void {
  let last = 0;
  return (line) => {
    if (Date.now() - last < logEveryMs) return;
    last = Date.now();
    output(line);
  };
}
