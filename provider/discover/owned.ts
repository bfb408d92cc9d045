/** Pure: why what this provider has made already is left out. */
import { describeOwner, type Owner } from "../util/owner";

/** @param owner undefined where an earlier version has noted none */
export const ownedReason = (owner: Owner | undefined): string =>
  owner
    ? `it belongs to ${describeOwner(owner)}, and two programs would take it from each other. If that stack is lost, look again with takeOver.`
    : "it was made by an earlier version of this provider, which noted no owner. If no stack has it any more, look again with takeOver.";
