/** Pure: the form that a host's definition and a program's are compared in. */
import { digest } from "../../util/identity";
import { canonicalDefinition } from "./domain-xml";
import { withoutPasswords } from "./passwords";
import type { Element } from "./xml";

/** Canonical, and without passwords, since hosts show none. */
export const shownDefinition = (domain: Element): string =>
  canonicalDefinition(withoutPasswords(domain), "").definition;

export const shownDigest = (domain: Element): string => digest(shownDefinition(domain));
