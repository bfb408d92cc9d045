/** All that is known of the resources: types, docstrings and schemas together. */
import type { Model } from "./model";
import { withSchemas } from "./read-schemas";
import { readTypes } from "./read-types";

/** @throws Error that names each place where docstrings, interfaces and zod schemas disagree */
export function readModel(repository: string): Model {
  const { model, disagreements } = withSchemas(readTypes(repository));
  if (disagreements.length > 0) throw new Error(disagreements.map(({ at, reason }) => `${at} ${reason}.`).join("\n"));
  return model;
}
