/** All pages of docs/reference, by their file names. */
import type { Model } from "../model";
import { pageOf } from "./page";

export const pages = (model: Model): ReadonlyMap<string, string> =>
  new Map(model.resources.map((resource) => [`${resource.name}.md`, pageOf(model, resource)]));
