/** Whose a guest is that a create finds on its candidates. */
import { locateGuest } from "../../placement/migration/wait-until-settled";
import type { Placement } from "../../placement/placement";
import { claimsOn } from "../../placement/plan/plan";
import type { Operation } from "../../util/operation";
import { tellClaims } from "../shared/claim";
import type { Candidates } from "./inputs";

/** Two resources that want one guest would take it from each other. */
export const guestThings = (property: string, uuid: string, candidates: Candidates) =>
  Object.values(candidates).map(({ address }) => ({ property, thing: `the guest ${uuid} on ${address}` }));

/** Tells what passes over to the new resource. @returns why it would be refused */
export async function claimGuest(
  operation: Operation,
  placement: Placement,
  property: string,
): Promise<{ property: string; reason: string }[]> {
  return tellClaims(operation, property, claimsOn(await locateGuest(placement, operation.signal), placement));
}
