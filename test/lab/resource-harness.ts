/**
 * Calls a resource's handlers in the order in which Pulumi's engine does, in this process: the same hosts and the same
 * state between calls, without the seconds that a CLI takes.
 */
import { setMaxListeners } from "node:events";
import type { z } from "zod";
import { Cancellation } from "../../provider/lifecycle/cancellation";
import type { Definition } from "../../provider/lifecycle/definition";
import { type Handlers, makeHandlers } from "../../provider/lifecycle/handlers";
import type { Operation } from "../../provider/util/operation";
import { forgetSharedAnswers } from "../../provider/util/shared-answers";
import { silentOperation } from "../silent-operation";

type Properties = Record<string, unknown>;

function newProcess(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // as in a run: many listen
  return controller;
}

class Refusal extends Error {
  constructor(readonly failures: { property: string; reason: string }[]) {
    super(failures.map(({ property, reason }) => `${property} ${reason}`).join("\n"));
  }
}

/** What drives a resource of this definition. */
export type HarnessOf<D> =
  D extends Definition<infer Schema, infer Model, infer Seen, infer State, infer Exclusive>
    ? ResourceHarness<Schema, Model, Seen, State, Exclusive>
    : never;

export class ResourceHarness<
  Schema extends z.ZodObject,
  Model,
  Seen,
  State extends object,
  Exclusive extends Operation = Operation,
> {
  /** What the user was told, in order. */
  readonly told: string[] = [];
  /** What the last update took by itself, in milliseconds. */
  updateMs = 0;
  private readonly cancellation = new Cancellation();
  private process = newProcess();
  private state: { id: string; inputs: Properties; outputs: Properties } | undefined;
  private readonly control: Properties;
  private handlers: Handlers;

  /** @param name of the resource. @param stack that it is in */
  constructor(
    private readonly definition: Definition<Schema, Model, Seen, State, Exclusive>,
    name = "test::test",
    stack = "lab",
  ) {
    this.handlers = this.begin();
    this.control = { __provider: "text", __urn: `urn:pulumi:${stack}::test::pulumi-nodejs:dynamic/kvm:${name}` };
  }

  /** One run of the CLI is one process. */
  private begin(): Handlers {
    const tell = (line: string) => void this.told.push(line);
    const speaking = { info: tell, warn: tell, progress: tell };
    forgetSharedAnswers();
    const operationFor = () =>
      silentOperation({ ...speaking, cancelled: this.cancellation.signal, signal: this.process.signal });
    this.handlers = makeHandlers(this.definition, { operationFor, unknownValue: "?" });
    return this.handlers;
  }

  /** @throws Error when there is no state */
  get outputs(): State & Properties {
    if (!this.state) throw new Error("There is no such resource in the state.");
    return this.state.outputs as State & Properties;
  }

  get exists(): boolean {
    return this.state !== undefined;
  }

  /** `pulumi up`. @throws Refusal when check fails; what create or update throw */
  async up(args: z.input<Schema>): Promise<"created" | "updated" | "replaced" | "unchanged"> {
    this.begin();
    const news = await this.check(args);
    if (!this.state) return this.create(news);
    const { changes, replaces = [] } = await this.handlers.diff(this.state.id, this.state.outputs, news);
    if (changes === false) return "unchanged";
    if (replaces.length > 0) {
      await this.handlers.delete(this.state.id, this.state.outputs);
      this.state = undefined;
      await this.create(await this.check(args));
      return "replaced";
    }
    return this.update(news);
  }

  /** `pulumi preview` of what is in the state. @returns what it says */
  async preview(args: z.input<Schema>): Promise<string> {
    if (!this.state) throw new Error("There is nothing in the state.");
    this.begin();
    const before = this.told.length;
    await this.handlers.diff(this.state.id, this.state.outputs, await this.check(args));
    return this.told.slice(before).join("\n");
  }

  /** `pulumi refresh`. */
  async refresh(): Promise<"gone" | "changed" | "unchanged"> {
    if (!this.state) throw new Error("There is nothing to refresh.");
    this.begin();
    const { id, outputs, inputs } = this.state;
    const read = await this.handlers.read(id, outputs);
    if (read.id === undefined) {
      this.state = undefined;
      return "gone";
    }
    this.state = { id, inputs: read.inputs as Properties, outputs: read.props as Properties };
    const { changes } = await this.handlers.diff(id, this.state.outputs, inputs);
    return changes === false ? "unchanged" : "changed";
  }

  /** `pulumi up --replace`: what is new is there before what is old goes. */
  async replace(args: z.input<Schema>): Promise<void> {
    if (!this.state) throw new Error("There is nothing to replace.");
    this.begin();
    const { id, outputs } = this.state;
    this.state = undefined;
    await this.create(await this.check(args));
    await this.handlers.delete(id, outputs);
  }

  /** `pulumi destroy`; absent is fine. */
  async destroy(): Promise<void> {
    this.begin();
    if (this.state) await this.handlers.delete(this.state.id, this.state.outputs);
    this.state = undefined;
  }

  /** The first Ctrl-C, for the operation that runs; later ones know nothing of it. */
  cancel(): void {
    this.cancellation.cancel();
  }

  /** The second Ctrl-C, or the end of the CLI: what runs ends at once; later operations are of another process. */
  end(): void {
    this.process.abort(new Error("Pulumi has ended."));
    this.process = newProcess();
  }

  /** What a crash of the CLI leaves: the hosts as they are, and nothing in the state. */
  forget(): void {
    this.state = undefined;
  }

  private async check(args: z.input<Schema>): Promise<Properties> {
    const { inputs, failures = [] } = await this.handlers.check(this.state?.inputs ?? {}, { ...this.control, ...args });
    if (failures.length > 0) throw new Refusal(failures);
    return inputs as Properties;
  }

  private async create(news: Properties): Promise<"created"> {
    try {
      const { id, outs } = await this.handlers.create(news);
      this.state = { id, inputs: news, outputs: outs as Properties };
    } catch (error) {
      const { id, properties } = error as { id?: string; properties?: Properties };
      if (id !== undefined && properties) this.state = { id, inputs: news, outputs: properties };
      throw error;
    }
    return "created";
  }

  private async update(news: Properties): Promise<"updated"> {
    if (!this.state) throw new Error("There is nothing to update.");
    const { id, outputs, inputs } = this.state;
    try {
      const start = performance.now();
      const { outs } = await this.handlers.update(id, outputs, news);
      this.updateMs = performance.now() - start;
      this.state = { id, inputs: news, outputs: outs as Properties };
    } catch (error) {
      const { properties } = error as { properties?: Properties };
      if (properties) this.state = { id, inputs, outputs: properties };
      throw error;
    }
    return "updated";
  }
}
