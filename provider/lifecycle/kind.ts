/** A definition as shells take it, whatever it works with inside. */
import type { z } from "zod";
import type { Operation } from "../util/operation";
import type { Definition } from "./definition";
import { type Environment, type Handlers, makeHandlers } from "./handlers";
import { withUnnamedProperties } from "./unnamed-properties";

export interface ResourceKind {
  schema: z.ZodObject;
  /** Names of inputs, at any depth, that are secret, whether the program has marked them or not. */
  secrets: readonly string[];
  /** Names of outputs that are secret as soon as any input is. */
  secretWithInputs: readonly string[];
  /** Name of the input that is the resource's own name where the program does not say it. */
  namedBy: string | undefined;
  handlers(environment: Environment): Handlers;
}

export const kindOf = <
  Schema extends z.ZodObject,
  Model,
  Seen,
  State extends object,
  Exclusive extends Operation = Operation,
>(
  definition: Definition<Schema, Model, Seen, State, Exclusive>,
): ResourceKind => ({
  schema: definition.schema,
  secrets: definition.secrets,
  secretWithInputs: definition.secretWithInputs ?? [],
  namedBy: definition.namedBy,
  handlers: (environment) => withUnnamedProperties(makeHandlers(definition, environment)),
});
